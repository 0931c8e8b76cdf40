/**
 * Follows a process and its descendants with strace(1), and stops the caller of every call of interest right after it, so
 * that its facts can be read as they were when it failed.
 *
 * How: `-e inject=CALLS:signal=SIGSTOP` gives the caller a SIGSTOP on entering the call; the call is carried out as ever, and
 * the process stops before it gets to use the result. strace writes the call's line, then the signal's, then "stopped by
 * SIGSTOP"; at that line the facts are taken and SIGCONT is sent. Exactly one SIGCONT per stop: another thread's line of
 * the same stop is none, and a SIGCONT too many would take back the next SIGSTOP. (`--seccomp-bpf` would be faster, but with
 * it the signal is not delivered; strace 6.1.)
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, SystemCallError } from '../observe/errors.ts';
import { linesOf } from '../observe/text.ts';
import { netlinkReads, netlinkRefusal } from './netlink.ts';
import { TraceReader } from './strace.ts';
import type { Call, TraceEvent } from './strace.ts';

/** Calls after which the caller is stopped: few in any program, and what they need to be explained passes quickly. */
const stopped = [
  'unshare', 'setns', 'mount', 'umount2', 'pivot_root', 'chroot', 'sethostname', 'setdomainname', 'mknod', 'mknodat', 'mkdir', 'mkdirat',
  'rmdir', 'execve', 'execveat',
];

/** Calls that are only written down: too many to stop at, and where they matter the caller lives on for a while. */
const noted = ['openat', 'open', 'write', 'unlinkat', 'clone', 'clone3', 'fork', 'vfork', ...netlinkReads];

/** Calls that one architecture has and another has not; strace refuses a name it does not know unless it is marked. */
const OPTIONAL = '?';

/** How often the log is looked at, in milliseconds. */
const PAUSE = 2;

/** How long strace may take to attach, in milliseconds. */
const ATTACH = 10_000;

export type TraceOptions = {
  /** Called with every call as it comes; the caller is stopped meanwhile if the call is one of those. Must not throw. */
  onCall: (call: Call) => void;
  /** Called with every other event. */
  onEvent?: (event: TraceEvent) => void;
  /** Where the log is kept while it is followed; the system's temporary folder unless said. */
  directory?: string;
  signal?: AbortSignal;
};

/**
 * Attaches to a process that stopped itself (see `gate`), lets it go on, and follows it and everything it starts to the end.
 * Throws SystemCallError where strace cannot be started or does not attach.
 */
export async function follow(pid: number, options: TraceOptions): Promise<void> {
  const folder = fs.mkdtempSync(path.join(options.directory ?? tmpdir(), 'trace-'));
  const log = path.join(folder, 'log');
  const strace = start(pid, log);
  try {
    await attached(pid, strace);
    process.kill(pid, 'SIGCONT');
    await read(log, strace, options);
  } finally {
    // Detaches from whatever is left; a traced process never dies with its tracer.
    strace.process.kill('SIGKILL');
    await strace.ended;
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** A command that stops itself before it becomes `argv`: started in a wall, it waits there until strace has attached. */
export function gate(argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', 'kill -STOP $$; exec "$@"', 'drydock-gate', ...argv];
}

/** Waits until the process has stopped itself. Throws SystemCallError where it is gone or does not stop. */
export async function atGate(pid: number, patience = ATTACH): Promise<void> {
  await until(() => /^State:\s+T/m.test(statusOf(pid)), patience, () => new SystemCallError('kill', `${pid}, SIGSTOP`, 'it did not stop'));
}

type Strace = { process: ChildProcess; said: string; ended: Promise<void>; over: boolean };

function start(pid: number, log: string): Strace {
  const child = spawn('strace', [
    // A page of each string: mount(2) takes no more of its options, and an overlay's are long.
    '-f', '-y', '-s', '4096', '-o', log, '-p', String(pid),
    '-e', `trace=${[...stopped, ...noted].map((name) => OPTIONAL + name).join(',')}`,
    '-e', 'signal=SIGSTOP',
    '-e', `inject=${stopped.map((name) => OPTIONAL + name).join(',')}:signal=SIGSTOP`,
  ], { stdio: ['ignore', 'ignore', 'pipe'] });
  const strace: Strace = { process: child, said: '', over: false, ended: Promise.resolve() };
  child.stderr?.on('data', (bytes: Buffer) => {
    strace.said = (strace.said + bytes.toString('utf8')).slice(-2000);
  });
  strace.ended = new Promise((resolve) => {
    const over = (): void => {
      strace.over = true;
      resolve();
    };
    child.once('error', (error) => {
      strace.said ||= `${errnoOf(error) ?? 'EIO'}: ${error.message}`;
      over();
    });
    child.once('close', over);
  });
  return strace;
}

async function attached(pid: number, strace: Strace): Promise<void> {
  const failed = (): SystemCallError => new SystemCallError('ptrace', String(pid), strace.said.trim() || 'strace did not attach');
  await until(() => {
    if (strace.over) throw failed();
    return /^TracerPid:\s+[1-9]/m.test(statusOf(pid));
  }, ATTACH, failed);
}

/** Follows the log to strace's end, which comes with the last traced process. */
async function read(log: string, strace: Strace, options: TraceOptions): Promise<void> {
  const descriptor = fs.openSync(log, 'r');
  try {
    const reader = new TraceReader();
    const stopping = new Set<number>();
    let calls = new Map<number, Call>();
    let rest = '';
    for (;;) {
      options.signal?.throwIfAborted();
      // In this order: what was written before the end is read after it.
      const { over } = strace;
      const text = rest + readOn(descriptor);
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      for (const line of linesOf(text.slice(0, end))) {
        const event = reader.read(line);
        calls = take(event, options, stopping, calls);
      }
      if (over) return;
      if (end === 0) await sleep(PAUSE, undefined, { signal: options.signal });
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Handles one event. `calls`: by thread, calls that are reported when their caller has stopped. */
function take(event: TraceEvent, options: TraceOptions, stopping: Set<number>, calls: Map<number, Call>): Map<number, Call> {
  if (event.kind === 'call' && stopped.includes(event.call.name)) {
    calls.set(event.call.pid, event.call);
  } else if (event.kind === 'call') {
    options.onCall(netlinkRefusal(event.call) ?? event.call);
  } else if (event.kind === 'signal' && event.signal === 'SIGSTOP' && event.injected) {
    stopping.add(event.pid);
  } else if (event.kind === 'stopped' && stopping.delete(event.pid)) {
    const call = calls.get(event.pid);
    calls.delete(event.pid);
    if (call !== undefined) options.onCall(call);
    resume(event.pid);
  } else {
    // One that ended in the call, or was killed in its stop, will not stop any more.
    const call = event.kind === 'exited' || event.kind === 'killed' ? calls.get(event.pid) : undefined;
    if (call !== undefined) {
      calls.delete(call.pid);
      options.onCall(call);
    }
    options.onEvent?.(event);
  }
  return calls;
}

function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    // Killed meanwhile: nothing to resume.
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

function readOn(descriptor: number): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const buffer = Buffer.alloc(64 * 1024);
    const length = fs.readSync(descriptor, buffer, 0, buffer.length, null);
    if (length === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(buffer.subarray(0, length));
  }
}

function statusOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch (cause) {
    throw new SystemCallError('read', `/proc/${pid}/status`, errnoOf(cause) ?? 'EIO', { cause });
  }
}

async function until(holds: () => boolean, patience: number, late: () => Error): Promise<void> {
  const deadline = performance.now() + patience;
  while (!holds()) {
    if (performance.now() > deadline) throw late();
    await sleep(PAUSE);
  }
}
