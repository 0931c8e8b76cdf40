/** `drydock box` and `drydock shell` around a sandbox that is played: streams, signals, sizes and exit statuses. */
import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { attach, statusOf } from '../../src/cli/attach.ts';
import type { Context } from '../../src/cli/command.ts';
import { SandboxError } from '../../src/check/sandbox.ts';
import type { Sandbox } from '../../src/check/types.ts';
import type { Ending } from '../../src/check/wire.ts';
import { JudgedWorld } from './judged-world.ts';

type RunRequest = Parameters<Sandbox['run']>[0];

/** A run that is played: what was asked, what was done to it, and how to end it. */
function play(): { run: Sandbox['run']; asked: RunRequest[]; done: string[]; say: (stream: 'stdout' | 'stderr', text: string) => void; end: (ending: Partial<Ending> | Error) => void } {
  const asked: RunRequest[] = [];
  const done: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<{ ending: Ending; leftovers: [] }>();
  let output: Parameters<Sandbox['run']>[1] = () => {};
  return {
    asked,
    done,
    say: (stream, text) => output(stream, Buffer.from(text)),
    end: (ending) => (ending instanceof Error ? reject(ending) : resolve({ ending: { code: null, signal: null, ...ending }, leftovers: [] })),
    run: (request, onOutput) => {
      asked.push(request);
      output = onOutput;
      return {
        write: (bytes) => void done.push(`write ${Buffer.from(bytes).toString()}`),
        end: () => void done.push('end'),
        resize: ({ columns, rows }) => void done.push(`resize ${columns}×${rows}`),
        signal: (name) => void done.push(name),
        finish: () => void done.push('finish'),
        started: Promise.resolve(undefined),
        ended: promise,
      };
    },
  };
}

describe('through pipes', () => {
  test('both streams come out, input goes in, the status is the command’s', async () => {
    const played = play();
    using world = new JudgedWorld({ run: played.run });
    const ran = world.drydock('box', 'run', '--rm', '--', 'sh', '-c', 'exit 42');
    await vi.waitFor(() => expect(played.asked).toHaveLength(1));
    world.stdin.end('typed');
    await vi.waitFor(() => expect(played.done).toEqual(['write typed', 'end']));
    played.say('stdout', 'out');
    played.say('stderr', 'err');
    played.end({ code: 42 });
    expect(await ran).toEqual({ status: 42, out: 'out', err: 'The private kernel boots.\nthe kernel was ␛[31mreplaced\nerr' });
    expect(played.asked[0]).toMatchObject({ wall: 'playground', argv: ['box', 'run', '--rm', '--', 'sh', '-c', 'exit 42'], cwd: '/work' });
    expect(played.asked[0]?.box?.map((file) => file.path)).toEqual(['box.ts']);
    expect(played.asked[0]).not.toHaveProperty('terminal');
    expect(world.closed).toBe(1);
  });

  test('a signal to us is one to the command', async () => {
    const played = play();
    using world = new JudgedWorld({ run: played.run });
    const ran = world.drydock('box', 'run', '--', 'sleep', '100');
    await vi.waitFor(() => expect(played.asked).toHaveLength(1));
    world.interrupt.abort();
    expect(played.done).toEqual(['SIGINT']);
    played.end({ signal: 'SIGINT' });
    expect((await ran).status).toBe(130);
  });

  test('a shell without a box is a shell all the same', async () => {
    const played = play();
    using world = new JudgedWorld({ run: played.run });
    const ran = world.drydock('shell');
    await vi.waitFor(() => expect(played.asked).toHaveLength(1));
    expect(played.asked[0]?.argv).toEqual(['bash']);
    played.end({ code: 3 });
    expect((await ran).status).toBe(3);
  });

  test('a sandbox that is lost is said in a sentence: status 4', async () => {
    const played = play();
    using world = new JudgedWorld({ run: played.run });
    played.end(new SandboxError('kernel', 'the kernel was lost'));
    expect(await world.drydock('box', 'ps')).toMatchObject({ status: 4, err: expect.stringContaining('drydock: The sandbox ended: the kernel was lost') });
  });
});

/** A terminal of 90 columns and 30 rows that remembers its mode. */
function terminal(): { context: Context; stdin: PassThrough; stdout: PassThrough & { columns: number; rows: number }; modes: boolean[] } {
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 90, rows: 30 });
  const context = { stdin, stdout, stderr: new PassThrough(), env: { TERM: 'xterm' }, interactive: true, signal: new AbortController().signal } as unknown as Context;
  return { context, stdin, stdout, modes };
}

describe('on a terminal', () => {
  test('the command gets one of the same size, every key, and every change of size; the mode is put back', async () => {
    const played = play();
    const { context, stdin, stdout, modes } = terminal();
    const ended = attach(context, { run: played.run } as Sandbox, { argv: ['bash'] });
    expect(played.asked[0]).toMatchObject({ terminal: { columns: 90, rows: 30 }, env: { TERM: 'xterm' } });
    expect(modes).toEqual([true]);
    stdin.write('\u0003');
    await vi.waitFor(() => expect(played.done).toEqual(['write \u0003']));
    Object.assign(stdout, { columns: 40, rows: 10 }).emit('resize');
    expect(played.done.at(-1)).toBe('resize 40×10');
    played.end({ code: 0 });
    expect(await ended).toMatchObject({ ending: { code: 0 } });
    expect(modes).toEqual([true, false]);
    stdout.emit('resize');
    stdin.write('late');
    expect(played.done).toHaveLength(2);
  });

  test('Ctrl-] leaves a command that hangs', async () => {
    const played = play();
    const { context, stdin, modes } = terminal();
    const ended = attach(context, { run: played.run } as Sandbox, { argv: ['bash'] });
    stdin.write('ls\u001d more');
    expect(await ended).toBe('left');
    expect(played.done).toEqual(['write ls', 'SIGHUP', 'end']);
    expect(modes).toEqual([true, false]);
  });

  test('the mode is put back when the sandbox is lost', async () => {
    const played = play();
    const { context, modes } = terminal();
    const ended = attach(context, { run: played.run } as Sandbox, { argv: ['bash'] });
    played.end(new Error('lost'));
    await expect(ended).rejects.toThrow('lost');
    expect(modes).toEqual([true, false]);
  });
});

test.each<[Ending, number]>([
  [{ code: 0, signal: null }, 0],
  [{ code: 125, signal: null }, 125],
  [{ code: null, signal: 'SIGKILL' }, 137],
  [{ code: null, signal: 'SIGTERM' }, 143],
])('%j is exit status %i', (ending, status) => {
  expect(statusOf(ending)).toBe(status);
});
