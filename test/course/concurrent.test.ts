/**
 * Containers of the finished box, started at once in a real kernel: every one runs, no two have a name or an address in
 * common, all of them live at the same time, and nothing is left.
 */
import { expect, test } from 'vitest';
import { toWire } from '../../src/check/tree.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { solutionTree } from '../../src/lesson/lay/trees.ts';
import { checkout } from '../lesson/fixture.ts';
import { runInKernel } from './kernel.ts';

/** A few each time; `DRYDOCK_CONTAINERS=50 npm test -- test/course` for the crowd, which takes minutes and 4 GiB. */
const CONTAINERS = Number(process.env['DRYDOCK_CONTAINERS'] ?? 6);
const MiB = 1024 * 1024;

/** A hundred Nodes start at the same time, box and its second half: that takes some 3 GiB for a while. */
const memory = { guest: 4096, wall: 3800 * MiB };

/**
 * Starts $0 of them, in bash. Each says its address and waits for a line; when all have spoken, that is at the same time, each gets one and
 * ends with 7. Then what can be left is counted. Half of them have a name, half have the one that box thinks of.
 */
const script = `
mkdir -p /tmp/base && cd /tmp/base && mkdir bin dev etc proc sys && cp /bin/busybox bin && bin/busybox --install bin
cd /tmp; mkfifo gate; exec 9<> gate
mounts=$(wc -l < /proc/self/mountinfo)
began=$(date +%s%N)
for i in $(seq "$0"); do
  if [ $((i % 2)) = 0 ]; then name="--name n$i --rm"; else name=; fi
  node /work/box/box.ts run $name --network bridge --memory 16m --rootfs /tmp/base -- \\
    sh -c 'ip -4 -o address show dev eth0; read line; exit 7' <&9 > out.$i 2> err.$i &
  eval pid_$i=$!
done
until [ "$(cat out.* | grep -c inet)" = "$0" ] || [ "$(jobs -r | wc -l)" -lt "$0" ]; do sleep 2; done
echo "running $(( ($(date +%s%N) - began) / 1000000 ))"
echo "cgroups $(ls -d /sys/fs/cgroup/box/*/ | wc -l)"
echo "names $(ls /var/lib/box/containers | sort -u | wc -l)"
echo "cables $(ip -o link show type veth | wc -l)"
cat out.* | sed -n 's/.* inet \\([0-9.]*\\).*/address \\1/p'
echo "memory $(cat /sys/fs/cgroup/memory.peak 2>&- || cat /sys/fs/cgroup/memory.current)"
for i in $(seq "$0"); do echo >&9; done
for i in $(seq "$0"); do eval wait \\$pid_$i; echo "status $?"; done
cat err.*
echo "ended $(( ($(date +%s%N) - began) / 1000000 ))"
echo "left cgroups $(ls -d /sys/fs/cgroup/box/*/ 2>&- | wc -l) names $(ls /var/lib/box/containers | wc -l)" \\
  "cables $(ip -o link show type veth | wc -l) mounts $(($(wc -l < /proc/self/mountinfo) - mounts)) processes $(pgrep -c node)"
`;

test(`${CONTAINERS} at once: all succeed, nothing collides, nothing is left`, { timeout: 900_000 }, async () => {
  const course = loadCourse(checkout);
  const box = toWire(solutionTree(course, course.lessons.at(-1)!));
  const { ending, leftovers, stdout, stderr } = await runInKernel({ memory: memory.guest, disk: 320 }, {
    box, argv: ['bash', '-c', script, String(CONTAINERS)], timeLimit: 840_000, limits: { memory: memory.wall, pids: 4096 },
  });
  const said = (word: string): string[] => stdout.split('\n').filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  expect({ ending, stderr }, stdout).toEqual({ ending: { code: 0, signal: null }, stderr: '' });
  expect(said('status'), stdout).toEqual(Array.from({ length: CONTAINERS }, () => '7'));
  expect(new Set(said('address')).size, stdout).toBe(CONTAINERS);
  expect([said('cgroups'), said('names'), said('cables')].flat(), 'while they run').toEqual([CONTAINERS, CONTAINERS, CONTAINERS].map(String));
  expect(said('left')).toEqual(['cgroups 0 names 0 cables 0 mounts 0 processes 0']);
  // The test's own: its files in /tmp. The course allows what all containers share.
  expect(leftovers.filter(({ what }) => !what.startsWith('/tmp/')), stdout).toEqual([]);
  console.log(`all running after ${said('running')} ms, ended after ${said('ended')} ms; ${Math.round(Number(said('memory')[0]) / MiB)} MiB meanwhile`);
});
