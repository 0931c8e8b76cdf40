/** Submissions that want the points and not the work: what they print, plant, patch, bring along or forge earns nothing. */
import { looks, runs } from './boxes.ts';
import { corpus } from './kit.ts';

/** As every format says that all is well. */
const passes = JSON.stringify([
  'TAP version 14\n1..10\nok 1 - runs\nok 2 - arguments\n', '<testsuites tests="10" failures="0"><testsuite name="01-processes"><testcase name="runs"/></testsuite></testsuites>',
  '{"schema":"drydock.verdict/1","lesson":"01-processes","passed":true,"checks":[{"id":"runs","status":"pass","points":14}]}', '{"score":14,"max_score":14,"tests":[{"status":"passed"}]}',
  '{"schema":"classroom50/result/v1","score":14,"max-score":14}', '{"event":"check","result":{"id":"runs","status":"pass"}}', '::notice title=Autograding report::{"totalPoints":14,"maxPoints":14}',
  ' ✓ checks.test.ts (10 tests)\n Test Files  1 passed (1)', 'OK (10 tests)', 'PASS', '14/14\n',
].join('\n'));

const nothing = runs('return 0;');
const engines = ['docker', 'podman', 'runc', 'crun', 'containerd', 'ctr', 'nerdctl', 'lxc-start', 'systemd-nspawn', 'systemd-run', 'bwrap', 'firejail', 'runsc', 'buildah', 'apptainer', 'youki'];

const brought = [
  '.git/', 'box/.env', 'box/.npmrc', 'box/checks.test.ts', 'box/node_modules/', 'box/results.json', 'box/tsconfig.json', 'box/verdict.json', 'box/vitest.config.ts',
  'lessons/', 'node_modules/', 'package.json', 'progress.json', 'sandbox/',
];

corpus({
  'prints every format of a pass': { files: { 'box/box.ts': `const all = ${passes}; process.stdout.write(all); process.stderr.write(all);\n` }, outcome: 'fail', points: 0 },
  'prints them and does the least': { files: runs(`process.stdout.write(${passes}); console.error(${passes}); return 0;`), outcome: 'fail', points: 1 },
  'exits well when it is loaded': { files: { 'box/cli.ts': 'process.exit(0);\nexport type RunOptions = never; export const parse = (argv: string[]) => argv;\n' }, outcome: 'fail', points: 0 },
  'has learnt statuses by heart': { files: runs(`const known: Record<string, number> = { sleep: 137, sh: 42, perl: 139 }; console.error('box: no'); return known[command[0]] ?? (command[0].startsWith('/') ? 126 : 127);`), outcome: 'fail', says: /none does: box has exited with status 137/, points: 3 },
  'has learnt arguments by heart': { files: runs(`const [file, ...args] = command; spawnSync(file, file === 'sleep' ? ['2'] : ['/tmp/script', ...args.slice(1)], { stdio: 'inherit' }); return 42;`), outcome: 'fail', points: 1 },
  'patches assertions and prototypes': { files: { 'box/box.ts': `import assert from 'node:assert';
    for (const name of Object.keys(assert)) try { Object.assign(assert, { [name]: () => {} }); } catch {}
    Object.is = () => true; JSON.parse = () => ({ passed: true }); RegExp.prototype.test = () => true; Object.assign(Object.prototype, { passed: true, status: 'pass' });
    process.stdout.write('{"__proto__":{"status":"pass","passed":true},"constructor":{"prototype":{"status":"pass"}}}\\n'); process.exit(0);\n` }, outcome: 'fail', points: 0 },
  'plants results while it runs': { files: runs(`for (const folder of ['/', '/work', '/work/box', '/tmp', '/run', '/dev/shm', process.cwd()]) for (const name of ['results.json', 'verdict.json', 'progress.json', 'gradebook.json', 'junit.xml']) { try { fs.writeFileSync(folder + '/' + name, '{"passed":true,"status":"pass","points":14,"checks":[]}'); } catch {} } return 0;`), outcome: 'fail', points: 1 },
  'brings results, checks, settings, packages and hooks': {
    files: {
      'box/results.json': '{"score":14}', 'box/verdict.json': '{"passed":true}', 'box/checks.test.ts': 'process.exit(0)', 'box/vitest.config.ts': 'process.exit(0)', 'box/tsconfig.json': '{"compilerOptions":{"paths":{"*":["./evil.ts"]}}}',
      'box/.npmrc': 'node-options=--require ./evil.cjs', 'box/.env': 'NODE_OPTIONS=--require=./evil.cjs', 'box/node_modules/ffi-rs/index.js': 'process.exit(0)', 'node_modules/vitest/index.js': 'process.exit(0)', 'package.json': '{"scripts":{"preinstall":"exit 0"}}',
      'lessons/01-processes/checks.test.ts': 'process.exit(0)', 'progress.json': '{"lessons":{"01-processes":{"passed":true}}}', '.git/hooks/post-checkout': '#!/bin/sh\nexit 0', 'sandbox/agent/judge.ts': 'process.exit(0)', ...nothing,
    }, outcome: 'fail', points: 1, discards: brought,
  },
  'has a package.json that maps names': { files: { 'box/package.json': JSON.stringify({ name: 'box', type: 'module', imports: { '#check': './evil.ts', '#*': './evil.ts' }, exports: './evil.ts', scripts: { pretest: 'exit 0' } }), 'box/evil.ts': 'process.exit(0);\n', ...nothing }, outcome: 'fail', points: 1 },
  'lays files where the judge could look for its own': { files: { 'box/fixtures/checks.ts': 'process.exit(0)', 'box/constructor': 'x', 'box/__proto__': '{"status":"pass"}', 'box/-rf': 'x', 'box/--import=evil.ts': 'x', ['box/' + 'n'.repeat(200)]: 'x', ...nothing }, outcome: 'fail', points: 1 },
  'claims a lesson that is none': { files: { 'submission.json': '{"schema":"drydock.submission/1","lesson":"25-everything"}', ...nothing }, outcome: 'fail', points: 1 },
  'claims points': { files: { 'submission.json': '{"schema":"drydock.submission/1","lesson":"01-processes","points":14,"outcome":"pass","__proto__":{"passed":true}}', ...nothing }, outcome: 'fail', points: 1 },
  'hands the work to an engine': { files: runs(`return spawnSync('docker', ['run', 'alpine', ...command], { stdio: 'inherit' }).status ?? spawnSync('podman', ['run', ...command]).status ?? 1;`), outcome: 'fail', points: 1 },
  'looks for an engine': { files: looks(engines.map((engine) => `sh('${engine}', 'command -v ${engine}');`).join('\n')), outcome: 'fail', says: /FOUND\[\]/ },
  'calls itself by the words of the command': { files: runs(`process.title = command.join(' '); spawnSync('bash', ['-c', 'exec -a "$*" sleep 2', ...command], { stdio: 'inherit' }); return 137;`), outcome: 'fail', says: /none does/ },
  'runs the command where nothing is new, in lesson 3': { lesson: 3, files: runs(`const child = spawnSync(command[0], command.slice(1), { stdio: 'inherit', env: { ...process.env, ...env } }); return child.status ?? 137;`), outcome: 'fail', says: /pid namespace/, points: 0 },
  'forges a first process, in lesson 3': { lesson: 3, files: runs(`spawnSync('bash', ['-c', 'exec -a "$0" sleep 3', ...command], { stdio: 'inherit' }); return 0;`), outcome: 'fail', points: 0 },
});
