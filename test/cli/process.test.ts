/** The program as a process: pipes, signals, terminals, odd environments. No kernel is needed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import * as pty from '@lydell/node-pty';
import { describe, expect, test } from 'vitest';
import { checkout, read, temporaryFolder, tinyCopy } from '../lesson/fixture.ts';

const main = path.join(checkout, 'src/main.ts');
const environment = (folder: string, more: Record<string, string> = {}) => ({ PATH: process.env['PATH'], DRYDOCK_CACHE: path.join(folder, 'cache'), DRYDOCK_WORKSPACE: path.join(folder, 'ws'), ...more });
/** The tiny course with what makes a folder a checkout. */
function tinyCheckout() {
  const copy = tinyCopy();
  fs.writeFileSync(path.join(copy.path, 'package.json'), '{"version": "0.0.0"}');
  return copy;
}

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (data: Buffer) => void (out += data.toString()));
  child.stderr?.on('data', (data: Buffer) => void (err += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

describe('pipes', () => {
  test('a reader that leaves early is nobody\'s fault', async () => {
    using copy = tinyCheckout();
    // More than a pipe holds, so that the writer is still writing when the reader is gone.
    fs.appendFileSync(path.join(copy.path, 'lessons/01-first/lesson.md'), `\n${'word '.repeat(60_000)}\n`);
    const child = spawn(process.execPath, [main, 'read', '1'], { env: { ...environment(copy.path), DRYDOCK_ROOT: copy.path }, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.once('data', () => child.stdout.destroy());
    const { code, err } = await ended(child);
    expect([code, err]).toEqual([141, '']);
  });

  test('everything arrives that was written, however slow the reader', () => {
    using copy = tinyCheckout();
    fs.appendFileSync(path.join(copy.path, 'lessons/01-first/lesson.md'), `\n${'word '.repeat(60_000)}end.\n`);
    const { stdout, status } = spawnSync('sh', ['-c', '"$0" "$1" read 1 | { sleep 0.5; cat; }', process.execPath, main], { encoding: 'utf8', env: { ...environment(copy.path), DRYDOCK_ROOT: copy.path } });
    expect([status, stdout.split('word').length - 1, stdout.includes('end.')]).toEqual([0, 60_000, true]);
  });
});

describe('signals', () => {
  /** A command that waits for a sandbox; `heeds` says whether that ends when it is told to. */
  const waiting = (heeds: boolean) => `
    import { dispatch } from ${JSON.stringify(path.join(checkout, 'src/cli/dispatch.ts'))};
    import { realWorld } from ${JSON.stringify(path.join(checkout, 'src/cli/world.ts'))};
    const world = realWorld();
    const hang = setInterval(() => {}, 1000);
    const never = () => new Promise((_, reject) => { process.stdout.write('waiting\\n'); if (${heeds}) world.signal.addEventListener('abort', () => { clearInterval(hang); reject(new Error('aborted')); }); });
    process.exitCode = await dispatch(['course', 'check', '1'], { ...world, openSandbox: () => ({ state: { at: 'idle' }, watch: () => () => {}, start: async () => {}, check: never, close: async () => {}, stop: async () => {} }) });`;
  const start = async (folder: string, heeds: boolean): Promise<ChildProcess> => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', waiting(heeds)], { env: { ...environment(folder), DRYDOCK_ROOT: folder }, stdio: ['ignore', 'pipe', 'pipe'] });
    // It goes on writing, so the pipe has to stay open.
    await new Promise<void>((resolve) => void child.stdout.on('data', (data: Buffer) => data.toString().includes('waiting') && resolve()));
    return child;
  };

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends a command that heeds it, with 130', async (signal) => {
    using copy = tinyCheckout();
    const child = await start(copy.path, true);
    const began = performance.now();
    child.kill(signal);
    expect((await once(child, 'exit'))[0]).toBe(130);
    expect(performance.now() - began).toBeLessThan(2500);
  });

  test('a command that does not heed it is ended after three seconds, or by the second signal', async () => {
    using copy = tinyCheckout();
    const [patient, hasty] = [await start(copy.path, false), await start(copy.path, false)];
    const began = performance.now();
    patient.kill('SIGINT');
    hasty.kill('SIGINT');
    setTimeout(() => hasty.kill('SIGINT'), 300);
    expect((await once(hasty, 'exit'))[0]).toBe(130);
    expect(performance.now() - began).toBeLessThan(2500);
    expect(patient.exitCode ?? (await once(patient, 'exit'))[0]).toBe(130);
    expect(performance.now() - began).toBeGreaterThan(2500);
  }, 20_000);
});

describe('crashes', () => {
  test('what nobody caught leaves a report, and 4', () => {
    using folder = temporaryFolder();
    const script = `import { realWorld } from ${JSON.stringify(path.join(checkout, 'src/cli/world.ts'))}; realWorld(); setTimeout(() => { throw new TypeError('from nowhere'); });`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { ...environment(folder.path), DRYDOCK_ROOT: checkout } });
    expect(status).toBe(4);
    expect(stderr).toMatch(/^drydock: This is our fault, not yours: from nowhere\n {2}→ Everything about it is in .*\n$/);
    expect(read('/', /in (.*)\n$/.exec(stderr)?.[1] ?? '')).toContain('TypeError: from nowhere');
  });
});

describe('odd surroundings', () => {
  test('a checkout whose path has spaces and letters outside ASCII', () => {
    using copy = tinyCheckout();
    const { status, stdout } = spawnSync(process.execPath, [main, 'start', '1'], { encoding: 'utf8', env: { PATH: process.env['PATH'], DRYDOCK_ROOT: copy.path } });
    expect(status).toBe(0);
    expect(stdout).toContain(`You work in ${copy.path}/workspace/box/run.ts.`);
  }, 20_000);

  test('HOME unset, and nothing but a path in the environment', () => {
    using folder = temporaryFolder();
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'list', '--workspace', folder.path], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('01-processes');
  });

  test('a read-only checkout: lessons are read, and one sentence says that progress is not saved', () => {
    using copy = tinyCheckout();
    fs.chmodSync(copy.path, 0o555);
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const run = (...argv: string[]) => spawnSync(process.execPath, [main, ...argv], { encoding: 'utf8', env: { PATH: process.env['PATH'], DRYDOCK_ROOT: copy.path, DRYDOCK_CACHE: '/dev/null/x' }, ...nobody });
    expect(run('read', '1')).toMatchObject({ status: 0, stderr: '' });
    const hint = run('hint', '1');
    expect(hint.status).toBe(0);
    expect(hint.stderr).toMatch(/^drydock: Your progress cannot be saved: mkdir .* EACCES\.\n {2}→ .*\n {2}→ The program goes on without saving it/);
    const start = run('start', '1');
    expect(start.status).toBe(3);
    expect(start.stderr).toMatch(/^drydock: The workspace .* cannot be written: mkdir .* EACCES\.\n {2}→ .*--workspace DIR\.\n$/);
  }, 20_000);
});

describe('on a terminal', () => {
  test('that is closed, a command ends without a crash', async () => {
    using copy = tinyCheckout();
    const env = { ...environment(copy.path), DRYDOCK_ROOT: copy.path, TERM: 'xterm' } as Record<string, string>;
    // A shell that has our exit status in a file when the terminal is gone, and is deaf to its hang-up.
    const terminal = pty.spawn('sh', ['-c', 'trap "" HUP; (trap - HUP; exec "$0" "$1" start 2); echo $? > "$DRYDOCK_WORKSPACE.status"', process.execPath, main], { cols: 80, rows: 24, env });
    await new Promise<void>((resolve) => void terminal.onData((data) => data.includes('[y/N]') && resolve()));
    terminal.kill('SIGHUP');
    (terminal as unknown as { destroy(): void }).destroy();
    const status = path.join(copy.path, 'ws.status');
    while (!fs.existsSync(status) || !fs.readFileSync(status, 'utf8')) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(['130', '141']).toContain(read(copy.path, 'ws.status').trim());
    expect(fs.existsSync(path.join(copy.path, 'cache/crashes'))).toBe(false);
    expect(fs.existsSync(path.join(copy.path, 'ws/box'))).toBe(false);
  });

  /** Runs a command on a terminal of its own, answering when it asks. */
  const converse = async (argv: string[], env: Record<string, string | undefined>, answer: string) => {
    const terminal = pty.spawn(process.execPath, [main, ...argv], { cols: 80, rows: 24, env: { ...env, TERM: 'xterm' } as Record<string, string> });
    let text = '';
    let answered = false;
    terminal.onData((data) => {
      text += data;
      if (!answered && text.includes('[y/N]')) {
        answered = true;
        terminal.write(answer);
      }
    });
    const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => void terminal.onExit(resolve));
    return { exitCode, text };
  };

  test.each([['y\r', true, 0], ['n\r', false, 0], ['\r', false, 0], ['\u0004', false, 0], ['\u0003', false, 130]])('a question answered with %j', async (answer, laid, exit) => {
    using copy = tinyCheckout();
    const env = { ...environment(copy.path), DRYDOCK_ROOT: copy.path };
    const { exitCode } = await converse(['start', '2'], env, answer);
    expect([exitCode, fs.existsSync(path.join(copy.path, 'ws/box/loud.ts'))]).toEqual([exit, laid]);
  }, 20_000);
});
