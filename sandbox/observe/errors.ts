/**
 * What can go wrong while one looks at a kernel that keeps moving: the thing looked at is gone, or a text is not what
 * the manual says it is.
 */

/**
 * The process (or a part of it) went away before it was read, or it is a zombie and has that part no longer.
 *
 * /proc says so in several ways: ENOENT (no such pid, or a zombie's links), ESRCH (gone between open and read), EINVAL (a
 * zombie's mount namespace) and EACCES (what a process closes to everybody while it ends). All become this one error.
 */
export class GoneError extends Error {
  override name = 'GoneError';
  /** The process id in the judge's pid namespace. */
  readonly pid: number;
  /** What was to be read, as a path: `/proc/412/mountinfo`. */
  readonly what: string;

  constructor(pid: number, what: string, options?: { cause?: unknown }) {
    super(`process ${pid} is gone: ${what} cannot be read${codeOf(options?.cause)}`, options);
    this.pid = pid;
    this.what = what;
  }
}

/** A kernel text does not have the form its man page gives it. Names the source and the line, never just "bad input". */
export class ParseError extends Error {
  override name = 'ParseError';
  /** The file the text came from. */
  readonly source: string;
  /** The line that could not be read, without its end. */
  readonly line: string;

  constructor(source: string, line: string, problem: string, options?: { cause?: unknown }) {
    super(`${source}: ${problem}: ${JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}…` : line)}`, options);
    this.source = source;
    this.line = line;
  }
}

/** A system call of the judge's own failed: the call, its argument and the errno. */
export class SystemCallError extends Error {
  override name = 'SystemCallError';
  readonly call: string;
  readonly code: string;

  constructor(call: string, argument: string, code: string, options?: { cause?: unknown }) {
    super(`${call}(${argument}): ${code}`, options);
    this.call = call;
    this.code = code;
  }
}

/** The errno name of a Node error, such as ENOENT; undefined where the value is not such an error. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function codeOf(cause: unknown): string {
  const code = errnoOf(cause);
  return code === undefined ? '' : ` (${code})`;
}
