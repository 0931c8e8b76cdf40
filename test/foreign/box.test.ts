/** The parts of the wrappers that can be looked at without a kernel. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../lesson/fixture.ts';
import { config } from '../../sandbox/foreign/oci-config.ts';
import { failureIn } from '../../sandbox/foreign/oci.ts';
import { overlayOptions, requireCommand } from '../../sandbox/foreign/place.ts';
import { parse, parseExec } from '../../sandbox/foreign/words.ts';

const asked = (...words: string[]) => parse(['run', ...words, '--', 'sleep', '1']);

test('box’s words are read; what stands behind -- is the command’s', () => {
  const words = ['--hostname', 'h', '--layer', '/a', '--layer', '/b', '--memory', '64m', '--cpus', '0.5', '--pids-limit', '20', '-e', 'A=b=c', '-t', '-i'];
  expect(parse(['run', ...words, '--', 'ls', '--', '-t'])).toEqual({
    command: ['ls', '--', '-t'], env: { A: 'b=c' }, hostname: 'h', rootfs: undefined, layers: ['/a', '/b'], network: 'host', name: undefined, rm: false, terminal: true,
    limits: { memory: 64 * 1024 ** 2, cpus: 0.5, pids: 20 },
  });
});

test('of exec as well, with the name before it', () => {
  expect(parseExec(['-i', '-t', '-e', 'A=b', 'web', '--', 'sh', '-s'])).toEqual({ name: 'web', command: ['sh', '-s'], env: { A: 'b' }, terminal: true });
  for (const wrong of [['--', 'sh'], ['a', 'b', '--', 'sh'], ['web'], ['web', '--']]) expect(() => parseExec(wrong)).toThrow('exec: ');
});

test.each([
  [['ps'], 'ps: only `run` and `exec` are wrapped here'], [['run', 'ls'], 'run: no command'], [['run', '--nonsense', '--', 'ls'], 'nonsense'],
  [['run', '-e', '=x', '--', 'ls'], 'expected NAME=VALUE'], [['run', '--memory', 'much', '--', 'ls'], 'is no amount'], [['run', '--cpus', '0', '--', 'ls'], '"0" is no amount'],
])('%j is refused', (argv, message) => {
  expect(() => parse(argv)).toThrow(message);
});

test.each([
  ['', undefined],
  ['{"level":"warning","msg":"executable file not found"}', undefined],
  ['{"level":"error","msg":"runc run failed: unable to start container process: exec: \\"x\\": executable file not found in $PATH: unknown"}', 127],
  ['{"msg":"executable file `x` not found in $PATH: No such file or directory","level":"error"}', 127],
  ['{"level":"error","msg":"exec: \\"/x\\": stat /x: no such file or directory"}', 127],
  ['{"msg":"open executable: Permission denied","level":"error"}', 126],
  ['{"level":"error","msg":"exec /x: exec format error"}', 126],
  ['{"level":"error","msg":"container_linux.go: sethostname: invalid argument"}', 125],
])('the log %j means %s', (log, status) => {
  expect(failureIn(`${log}\n`)?.status).toBe(status);
});

test('what is asked for is in config.json, and nothing else is limited', () => {
  const place = { id: 'box-1', root: '/r' };
  const plain = config(asked(), place, { env: { A: 'b' }, cwd: '/work' });
  expect(plain).toMatchObject({ process: { args: ['sleep', '1'], env: ['A=b'], cwd: '/work', terminal: false }, root: { path: '/r' }, linux: { cgroupsPath: '/box/box-1', resources: {} } });
  expect(plain).not.toHaveProperty('hostname');
  const full = config(asked('--rootfs', '/x', '--memory', '1m', '--cpus', '0.5', '--pids-limit', '9', '--network', 'none', '--hostname', 'h'), place, { env: {}, cwd: '/work' });
  expect(full).toMatchObject({
    hostname: 'h', process: { cwd: '/' },
    linux: { resources: { memory: { limit: 1048576, swap: 1048576 }, cpu: { quota: 50_000, period: 100_000 }, pids: { limit: 9 } }, namespaces: expect.arrayContaining([{ type: 'network' }]) as object[] },
  });
});

test('a command is looked for where the container will look', () => {
  using folder = temporaryFolder();
  const [low, high] = [path.join(folder.path, 'low'), path.join(folder.path, 'high')];
  const put = (root: string, name: string, mode: number) => {
    fs.mkdirSync(path.join(root, 'bin'), { recursive: true });
    fs.writeFileSync(path.join(root, 'bin', name), '', { mode });
  };
  put(low, 'run', 0o755);
  put(high, 'text', 0o644);
  const ask = (file: string) => () => requireCommand({ ...asked('--layer', low, '--layer', high), command: [file] }, { PATH: '/nowhere:/bin' });
  for (const right of ['run', '/bin/run']) expect(ask(right)).not.toThrow();
  expect(ask('sh')).toThrow(expect.objectContaining({ status: 127 }));
  expect(ask('/run')).toThrow(expect.objectContaining({ status: 127 }));
  expect(ask('text')).toThrow(expect.objectContaining({ status: 126 }));
});

test('overlay gets the top layer first, and names with its own signs in them escaped', () => {
  expect(overlayOptions(['/bottom', '/a:b,c'], '/upper')).toBe('userxattr,lowerdir=/a\\:b\\,c:/bottom,upperdir=/upper/upper,workdir=/upper/work');
});
