/** The real outside: this process's streams, environment, signals and clock. */
import fs from 'node:fs';
import path from 'node:path';
import { openSandbox } from '../check/sandbox.ts';
import { BugError, Exit } from '../errors.ts';
import type { World } from './command.ts';
import { writeCrashReport } from './crash.ts';

/** How long a command has to clean up after Ctrl-C before the process ends regardless, in milliseconds. */
const GRACE_MS = 3000;

/** Makes the world of this process and puts the guards up that a program needs: signals, broken pipes, crashes. */
export function realWorld(): World {
  const interrupt = new AbortController();
  const world: World = {
    // The bundle may lie outside the checkout; the front door says where that is.
    root: process.env['DRYDOCK_ROOT'] ?? findRoot(import.meta.dirname),
    cwd: process.cwd(),
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    now: Date.now,
    signal: interrupt.signal,
    openSandbox,
  };
  guardSignals(interrupt);
  guardPipes();
  guardCrashes(world);
  return world;
}

/** The checkout that a file of ours lies in: the nearest folder above with the course in it. */
export function findRoot(from: string): string {
  for (let at = from; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, 'lessons', 'course.toml')) && fs.existsSync(path.join(at, 'package.json'))) return at;
    if (at === path.dirname(at)) throw new BugError(`no folder above ${from} holds lessons/course.toml`);
  }
}

/** The first signal asks the command to stop; the second, or a command that does not, ends the process. */
function guardSignals(interrupt: AbortController): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interrupt.signal.aborted) process.exit(Exit.interrupted);
      interrupt.abort();
      process.exitCode = Exit.interrupted;
      setTimeout(() => process.exit(Exit.interrupted), GRACE_MS).unref();
    });
  }
}

/** What a process ends with that writes where nobody reads: 128 and SIGPIPE, like every other program's. */
const NOBODY_READS = 141;

/**
 * `drydock list | head -1` closes the pipe early, and that is nobody's fault; nor is it that a terminal is closed (EIO). What
 * was still to be said is lost, so the status must not say that all is well.
 */
function guardPipes(): void {
  for (const stream of [process.stdin, process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(NOBODY_READS);
      throw error;
    });
  }
}

/** A terminal that is gone cannot be put back into its usual mode: readline and ink try to, and throw. */
function isTerminalGone(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'setRawMode' && 'code' in error && (error.code === 'EIO' || error.code === 'EBADF');
}

/** What nobody caught is our fault: it leaves a report, whatever else is going on. */
function guardCrashes(world: World): void {
  process.on('uncaughtException', (error) => {
    if (isTerminalGone(error)) process.exit(NOBODY_READS);
    const report = writeCrashReport(error, process.argv.slice(2), world);
    process.stderr.write(`drydock: This is our fault, not yours: ${error instanceof Error ? error.message : String(error)}\n`);
    if (report) process.stderr.write(`  → Everything about it is in ${report}\n`);
    process.exit(Exit.bug);
  });
}
