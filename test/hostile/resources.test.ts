/** Submissions that want everything there is: each meets its limit, is told which, and harms nobody after it. */
import { alsoRuns, runs } from './boxes.ts';
import { corpus, short } from './kit.ts';

const fill = (folder: string): string => `for (let at = 0; at < 8; at++) try { fs.writeFileSync('${folder}/' + at, Buffer.alloc(30 << 20, 1)); } catch {}`;

corpus({
  'a fork bomb': { files: runs(`spawnSync('perl', ['-e', 'for (;;) { defined fork or select undef, undef, undef, 0.1 }']); return 1;`), outcome: 'pids' },
  'threads without end': { files: runs(`const { Worker } = await import('node:worker_threads'); for (;;) { new Worker('setInterval(() => {}, 1000)', { eval: true }).on('error', () => {}); await new Promise(setImmediate); }`), outcome: 'memory' },
  'an endless loop': { files: runs('for (;;);'), grading: short, outcome: 'timeout', points: 0 },
  'a sleeper that is deaf to signals': { files: runs(`for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => {}); return await forever();`), grading: short, outcome: 'timeout', points: 0 },
  'more memory than there is': { files: runs('const all: Buffer[] = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));'), outcome: 'memory' },
  'memory as files': { files: runs(`${fill('/dev/shm')} ${fill('/tmp')} ${fill('/run')} return await forever();`), outcome: 'memory' },
  'a full disk': { files: runs(`for (const fd = fs.openSync('/work/fill', 'a');;) fs.writeSync(fd, Buffer.alloc(1 << 20, 1));`), outcome: 'disk', points: 0 },
  'a huge hole': { files: runs(`return spawnSync('sh', ['-c', 'exec truncate -s 1T /work/hole']).status ?? 1;`), outcome: 'fail', points: 1 },
  'no names left': { files: runs(`for (let at = 0; ; at++) fs.writeFileSync('/work/' + at, '');`), outcome: 'disk', points: 0 },
  'endless output': { files: runs(`for (;;) fs.writeSync(1, Buffer.alloc(1 << 16, 'ha'));`), outcome: 'output' },
  'endless complaints': { files: runs(`spawnSync('sh', ['-c', 'yes >&2'], { stdio: 'inherit' }); return 1;`), outcome: 'output' },
  'every descriptor': { files: runs(`for (;;) fs.openSync('/dev/null', 'r');`), outcome: 'fail', says: /EMFILE/ },
  'a daemon that has left its parents': { files: alsoRuns(`spawnSync('sh', ['-c', '(setsid sh -c "trap : TERM HUP; sleep 4711; sleep 4711" &) ; exit'], { stdio: 'ignore' });`), outcome: 'pass', points: 14, leaves: [/^process sleep 4711/] },
  'a cgroup that is frozen': { files: runs(`spawnSync('sh', ['-c', 'mkdir /sys/fs/cgroup/ice; sleep 1000 & echo $! > /sys/fs/cgroup/ice/cgroup.procs; echo 1 > /sys/fs/cgroup/ice/cgroup.freeze']); return 0;`), grading: short, outcome: 'timeout' },
});
