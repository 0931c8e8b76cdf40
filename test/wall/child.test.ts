/** posix_spawn and wait, on this machine: no namespaces are needed for them. */
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { pipe } from '../../sandbox/wall/calls.ts';
import { Child, exitOf } from '../../sandbox/wall/child.ts';

/** Runs a script of sh; what it printed and how it ended. */
async function run(script: string, env: Record<string, string> = {}): Promise<{ text: string; exit: unknown }> {
  const [from, to] = pipe();
  const nothing = fs.openSync('/dev/null', 'r');
  const child = new Child({ path: '/bin/sh', argv: ['sh', '-c', script], env: { PATH: '/usr/bin:/bin', ...env }, stdio: [nothing, to, to] });
  fs.closeSync(to);
  fs.closeSync(nothing);
  const chunks: Buffer[] = [];
  const reading = fs.createReadStream('', { fd: from });
  for await (const chunk of reading) chunks.push(chunk as Buffer);
  return { text: Buffer.concat(chunks).toString(), exit: await child.exited };
}

test('nothing of ours is open in it', async () => {
  // The fourth is the directory that ls(1) reads.
  expect((await run('exec ls /proc/self/fd')).text).toBe('0\n1\n2\n3\n');
});

test('arguments, environment, directory, session', async () => {
  const { text, exit } = await run('pwd; echo "$A|$HOME"; [ $(cut -d" " -f6 /proc/$$/stat) = $$ ] && echo leads; exit 7', { A: 'ä "b"\n' });
  expect(text).toBe('/\nä "b"\n|\nleads\n');
  expect(exit).toEqual({ code: 7, signal: null });
});

test('no signal is blocked or ignored, SIGPIPE neither', async () => {
  const { text } = await run('grep -E "Sig(Blk|Ign)" /proc/self/status');
  expect(text).toBe('SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n');
});

test('a hundred at once, each with its own end', async () => {
  const ends = await Promise.all(Array.from({ length: 100 }, (_, number) => run(`exit ${number}`)));
  expect(ends.map(({ exit }) => exit)).toEqual(ends.map((_, number) => ({ code: number, signal: null })));
});

test('a signal ends it; once it has been waited for no signal goes anywhere', async () => {
  const nothing = fs.openSync('/dev/null', 'r+');
  const child = new Child({ path: '/bin/sleep', argv: ['sleep', '100'], env: {}, stdio: [nothing, nothing, nothing] });
  fs.closeSync(nothing);
  child.kill('SIGTERM');
  expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
  expect(fs.existsSync(`/proc/${child.pid}`)).toBe(false);
  child.kill('SIGKILL');
});

test('a program that is not there', () => {
  expect(() => new Child({ path: '/no/such', argv: ['x'], env: {}, stdio: [] })).toThrow('posix_spawn(/no/such): ENOENT');
});

test('descriptors may change places', async () => {
  const [from, to] = pipe();
  // 0, 1 and 2 of ours as sources: the command's 0 is our 2, its 1 a pipe, its 2 our 0.
  const child = new Child({ path: '/bin/sh', argv: ['sh', '-c', 'readlink /proc/$$/fd/0 /proc/$$/fd/2'], env: { PATH: '/usr/bin:/bin' }, stdio: [2, to, 0] });
  fs.closeSync(to);
  await child.exited;
  const text = fs.readFileSync(from, 'utf8');
  fs.closeSync(from);
  expect(text).toBe(`${fs.readlinkSync('/proc/self/fd/2')}\n${fs.readlinkSync('/proc/self/fd/0')}\n`);
});

test.each([[0x0000, { code: 0, signal: null }], [0x2a00, { code: 42, signal: null }], [0xff00, { code: 255, signal: null }], [0x0009, { code: null, signal: 'SIGKILL' }], [0x008b, { code: null, signal: 'SIGSEGV' }]])('the status %i is %j', (status, exit) => {
  expect(exitOf(status)).toEqual(exit);
});
