/** Submissions that look for the judge, to read it, to end it or to change what it sees. They find their own sandbox and no more. */
import { alsoRuns, looks, movesTheFirstProcess, runs } from './boxes.ts';
import { corpus } from './kit.ts';

/** In two halves: what is looked for must not be found in the one who looks. */
const seed = `'hostile' + '-seed'`;

const descriptors = `
  const telling = new RegExp(['hostile' + '-seed', 'checks' + '\\\\.test', 'vi' + 'test', 'DRYDOCK' + '_'].join('|'));
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name) && Number(name) !== process.pid)) {
    for (const file of ['cmdline', 'environ', 'maps']) attempt(pid + ':' + file, () => telling.test(fs.readFileSync('/proc/' + pid + '/' + file, 'latin1')));
    for (const place of ['root', 'cwd']) for (const up of ['/judge', '/../judge', '/../../judge', '/lessons', '/../lessons'])
      attempt(pid + ':' + place + up, () => fs.readdirSync('/proc/' + pid + '/' + place + up).length > 0);
    let open: string[] = [];
    try { open = fs.readdirSync('/proc/' + pid + '/fd'); } catch {}
    for (const fd of open) attempt(pid + ':fd' + fd, () => !/^(pipe|anon_inode|socket):|^.dev.null$/.test(fs.readlinkSync('/proc/' + pid + '/fd/' + fd)));
  }`;

const nothing = /FOUND\[\]/;

corpus({
  'kills all it can': { files: runs(`try { process.kill(1, 'SIGKILL'); } catch {} try { process.kill(-1, 'SIGKILL'); } catch {} spawnSync('sh', ['-c', 'kill -9 -1']); process.kill(0, 'SIGKILL'); return 0;`), outcome: 'fail' },
  'stops the first process': { files: alsoRuns(`process.kill(1, 'SIGSTOP'); process.kill(1, 'SIGTERM');`), outcome: 'pass', points: 14 },
  'traces the first process': { files: alsoRuns(`spawn('strace', ['-f', '-o', '/dev/null', '-p', '1'], { stdio: 'ignore', detached: true }).unref(); await new Promise((done) => setTimeout(done, 500));`), outcome: 'tamper', says: /traced by process \d+, strace/, points: 0 },
  'reads command lines, environments, roots and descriptors': { files: looks(descriptors), outcome: 'fail', says: nothing },
  'looks for the checks and for the seed': { files: looks(`
    sh('checks', 'find / -name "checks.test.*" -not -path "/proc/*" 2>/dev/null | grep -q .');
    attempt('judge', () => fs.readdirSync('/judge').length > 0);
    attempt('log', () => spawnSync('dmesg', { encoding: 'utf8' }).stdout.includes(${seed}));
    attempt('command line', () => fs.readFileSync('/proc/cmdline', 'utf8').includes(${seed}));
    for (const folder of ['/tmp', '/run', '/etc', '/dev/shm', '/var', '/root']) attempt(folder, () => spawnSync('grep', ['-rqs', ${seed}, folder]).status === 0);
    sh('memory of the kernel', 'head -c1 /proc/kcore || head -c1 /dev/mem || head -c1 /dev/kmem');
    attempt('environment', () => Object.keys(process.env).some((name) => /DRYDOCK|VITEST|SEED|NONCE|NODE_OPTIONS|LD_/.test(name)));`), outcome: 'fail', says: nothing },
  'plants libraries and options for whoever comes next': { files: alsoRuns(`
    for (const [file, text] of [['/etc/ld.so.preload', '/work/evil.so'], ['/etc/environment', 'NODE_OPTIONS=--require=/work/evil.cjs'], ['/root/.npmrc', 'node-options=--require /work/evil.cjs'], ['/work/.npmrc', 'node-options=--require /work/evil.cjs'], ['/work/evil.cjs', 'process.exit(0)'], ['/work/package.json', '{"imports":{"#check":"./evil.cjs"}}'], ['/tmp/package.json', '{']] as const) try { fs.writeFileSync(file, text); } catch {}`), outcome: 'pass', points: 14 },
  'replaces packages and programs': { files: looks(`
    attempt('ffi-rs', () => fs.writeFileSync('/work/node_modules/ffi-rs/index.js', 'process.exit(0)'));
    attempt('packages', () => fs.renameSync('/work/node_modules', '/work/gone'));
    for (const file of ['/bin/sh', '/usr/bin/perl', '/etc/passwd', process.execPath]) attempt(file, () => fs.appendFileSync(file, 'x'));
    sh('remount', 'mount -o remount,rw / && touch /bin/x'); sh('remount bind', 'mount -o remount,bind,rw /usr && touch /usr/x');`), outcome: 'fail', says: nothing },
  'covers what the judge looks at': { files: runs(`spawnSync('sh', ['-c', 'mount --bind /bin/true /usr/bin/node; for at in /proc /sys/fs/cgroup /work /tmp; do mount -t tmpfs t $at; done; umount -l /work/box'], { stdio: 'ignore' }); return 0;`), outcome: 'fail', points: 0, leaves: [/tmpfs on \/proc$/, /tmpfs on \/work$/] },
  'swaps box for a link to everything': { files: runs(`try { fs.rmSync('/work/box', { recursive: true }); } catch {} for (const at of ['/work/box', '/work/box/box.ts']) try { fs.symlinkSync('/dev/zero', at); } catch {} return 0;`), outcome: 'fail', points: 0 },
  'writes a pass into every descriptor': { files: runs(`for (let fd = 3; fd < 256; fd++) { try { fs.writeSync(fd, JSON.stringify({ event: 'done', value: { op: 'check', verdict: { passed: true } } }) + '\\n'); } catch {} } for (let fd = 0; fd < 64; fd++) { try { fs.writeFileSync('/proc/1/fd/' + fd, 'PASS'); } catch {} } return 0;`), outcome: 'fail' },
  'moves the judge’s idea of the host away, and lets go, in lesson 2': {
    lesson: 2,
    files: {
      'box/move.pl': movesTheFirstProcess(0x0c000000), // CLONE_NEWUTS and CLONE_NEWIPC
      ...alsoRuns(`if (!fs.existsSync('/work/moved')) { fs.writeFileSync('/work/moved', ''); spawnSync('perl', ['/work/box/move.pl']); } spawnSync('hostname', [(arguments[0] as { hostname?: string }).hostname ?? 'x']);`),
    }, outcome: 'tamper', points: 0, says: /moved to another (ipc|uts) namespace/,
  },
});
