/**
 * Two kinds of trouble: what a person can mend (UserError), and what is our own fault (BugError).
 */

/** Exit codes of every command; see the README. */
export const Exit = { done: 0, notPassed: 1, usage: 2, cannotRun: 3, bug: 4, interrupted: 130 } as const;
export type ExitCode = (typeof Exit)[keyof typeof Exit];

/** Something the person at the keyboard can mend: one sentence, and what to do next. Never a stack trace. */
export class UserError extends Error {
  override name = 'UserError';
  readonly next: readonly string[];
  readonly exit: ExitCode;

  constructor(message: string, options: { next?: readonly string[]; exit?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.next = options.next ?? [];
    this.exit = options.exit ?? Exit.usage;
  }
}

/** Our own fault: reported with a file that holds what happened, exit code 4. */
export class BugError extends Error {
  override name = 'BugError';
}

/** What to do about an error of the file system, by errno; see errno(3). */
const fileAdvice: Readonly<Record<string, string>> = {
  EACCES: 'Look at its owner and mode with `ls -ld`; another folder can be named with --workspace DIR.',
  EPERM: 'Look at its owner and mode with `ls -ld`; another folder can be named with --workspace DIR.',
  EROFS: 'This file system is read-only; name a folder that can be written with --workspace DIR.',
  ENOSPC: 'The disk is full: make room (`df -h` shows where), and try again.',
  EDQUOT: 'Your disk quota is used up: make room, and try again.',
  ENOTDIR: 'A file stands where a folder is needed: move it away, and try again.',
  EISDIR: 'A folder stands where a file is needed: move it away, and try again.',
  EMFILE: 'Too many files are open; `ulimit -n` shows the limit.',
};

/** An error of the file system as something a person can mend: what could not be done, call, path and errno, and the advice. */
export function fileError(doing: string, cause: unknown): UserError {
  const { code = '', syscall = '', path = '' } = cause as NodeJS.ErrnoException;
  const call = [syscall, path, code].filter(Boolean).join(' ') || (cause instanceof Error ? cause.message : String(cause));
  return new UserError(`${doing}: ${call}.`, { next: fileAdvice[code] ? [fileAdvice[code]] : [], exit: Exit.cannotRun, cause });
}
