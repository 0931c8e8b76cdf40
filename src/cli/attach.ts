/**
 * Connects a command in the sandbox with this process's terminal or pipes, as if it ran here.
 *
 * With a terminal on both sides the command gets one of its own in the sandbox: every key goes there, Ctrl-C too, and a change
 * of size is passed on. Otherwise its three streams are this process's.
 */
import { constants } from 'node:os';
import type { RunHandle, Sandbox } from '../check/types.ts';
import type { Ending, Leftover, TerminalSize } from '../check/wire.ts';
import type { Context } from './command.ts';

/** Ctrl-]: the way out of a sandbox that hangs (telnet's escape; no shell uses it). */
const ESCAPE = 0x1d;

export type Attached = { ending: Ending; leftovers: Leftover[] } | 'left';

/** Runs the command in the playground to its end; `left` where the person at the terminal left it with Ctrl-]. */
export async function attach(context: Context, sandbox: Sandbox, request: Omit<Parameters<Sandbox['run']>[0], 'wall' | 'terminal'>): Promise<Attached> {
  const { stdin, stdout, stderr } = context;
  const terminal = context.interactive ? sizeOf(context) : undefined;
  const TERM = context.env['TERM'];
  const handle = sandbox.run({
    ...request,
    wall: 'playground',
    ...(terminal ? { terminal } : {}),
    env: { ...(TERM && terminal ? { TERM } : {}), ...request.env },
  }, (stream, bytes) => void (stream === 'stdout' ? stdout : stderr).write(bytes));

  const left = Promise.withResolvers<'left'>();
  const typed = (chunk: Buffer | string): void => {
    const bytes = Buffer.from(chunk);
    const escape = terminal ? bytes.indexOf(ESCAPE) : -1;
    if (escape !== 0) handle.write(escape < 0 ? bytes : bytes.subarray(0, escape));
    if (escape >= 0) left.resolve('left');
  };
  using _input = reading(context, typed, handle);
  using _size = following(context, handle);
  using _signals = interrupting(context, handle);
  const ended = await Promise.race([handle.ended, left.promise]);
  if (ended === 'left') {
    handle.ended.catch(() => {});
    handle.signal('SIGHUP');
    handle.end();
  }
  return ended;
}

/** The exit status that a shell would give to how a command ended, and a sentence where a limit ended it. */
export function statusOf(ending: Ending): number {
  if (ending.code !== null) return ending.code;
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return 128 + (numbers[ending.signal ?? ''] ?? 0);
}

function sizeOf({ stdout }: Pick<Context, 'stdout'>): TerminalSize {
  return { columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 };
}

/** Reads standard input, byte by byte where it is the terminal, until disposed of; then its mode is as it was. */
function reading({ stdin, interactive }: Context, typed: (chunk: Buffer | string) => void, handle: RunHandle): Disposable {
  const end = (): void => handle.end();
  if (interactive) stdin.setRawMode?.(true);
  stdin.on('data', typed);
  stdin.on('end', end);
  stdin.resume();
  return {
    [Symbol.dispose]() {
      stdin.off('data', typed);
      stdin.off('end', end);
      stdin.pause();
      if (interactive) stdin.setRawMode?.(false);
    },
  };
}

function following(context: Context, handle: RunHandle): Disposable {
  const resized = (): void => handle.resize(sizeOf(context));
  if (context.interactive) context.stdout.on('resize', resized);
  return {
    [Symbol.dispose]() {
      context.stdout.off('resize', resized);
    },
  };
}

/** A signal to us is a signal to the command. (On a raw terminal Ctrl-C is no signal but a byte.) */
function interrupting({ signal }: Context, handle: RunHandle): Disposable {
  const pass = (): void => handle.signal('SIGINT');
  signal.addEventListener('abort', pass, { once: true });
  return {
    [Symbol.dispose]() {
      signal.removeEventListener('abort', pass);
    },
  };
}
