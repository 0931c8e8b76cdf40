/**
 * Finds a file in a tree that is not to be trusted, component by component, without ever leaving the tree.
 *
 * Every component is opened with O_PATH|O_NOFOLLOW below a descriptor of the one before it, so a link is never followed by
 * the kernel (it would start at the judge's root); its text is resolved here, inside the process's root, as openat2(2)'s
 * RESOLVE_IN_ROOT does. Node has no openat(2): `/proc/self/fd/N/name` is the same.
 */
import fs from 'node:fs';
import { errnoOf, GoneError, SystemCallError } from './errors.ts';
import { isAlive, procPath } from './procfile.ts';

/** O_PATH of open(2); Node has no name for it. The same number on x86-64 and arm64. */
const O_PATH = 0o10000000;
const LOOK = O_PATH | fs.constants.O_NOFOLLOW;

/** A position in a process's tree: the descriptors from its start down to here, all closed at the end. */
export class Walk implements Disposable {
  readonly #pid: number;
  #stack: number[];
  #absolute: boolean;
  /** The text of the link at `here`, where it is one. */
  linkText: string | undefined = undefined;

  constructor(pid: number, absolute: boolean) {
    this.#pid = pid;
    this.#absolute = absolute;
    this.#stack = [this.#openStart(absolute)];
  }

  get here(): number {
    const last = this.#stack.at(-1);
    if (last === undefined) throw new Error('a walk without a place');
    return last;
  }

  /** Goes one component further. False where there is nothing of that name. */
  step(name: string): boolean {
    if (name === '.') return isDirectory(this.here);
    if (name === '..') return this.#up();
    const path = `${ownPath(this.here)}/${name}`;
    const next = open(path, LOOK);
    if (next === undefined) return false;
    this.#stack.push(next);
    if (fs.fstatSync(next).isSymbolicLink()) {
      // If the link was replaced since it was opened, this is the text of its successor: still resolved inside the root.
      try {
        this.linkText = fs.readlinkSync(path);
      } catch (cause) {
        if (errnoOf(cause) === 'ENOENT' || errnoOf(cause) === 'EINVAL') return false;
        throw new SystemCallError('readlink', path, errnoOf(cause) ?? 'EIO', { cause });
      }
    }
    return true;
  }

  /** Goes back to the directory that holds the link at `here`, or to the root where its text is absolute. */
  leaveLink(toRoot: boolean): void {
    this.linkText = undefined;
    this.#close(this.#stack.splice(toRoot ? 0 : -1));
    if (toRoot) {
      this.#absolute = true;
      this.#stack = [this.#openStart(true)];
    }
  }

  /** The parent directory. The parent of the root is the root. */
  #up(): boolean {
    if (!isDirectory(this.here)) return false;
    if (this.#stack.length > 1) {
      this.#close(this.#stack.splice(-1));
      return true;
    }
    if (this.#absolute) return true;
    // Above the cwd, where no descriptor of ours leads. A cwd outside of the root (an escaped chroot) may go up to the top.
    const root = this.#openStart(true);
    try {
      if (samePlace(root, this.here)) return true;
    } finally {
      fs.closeSync(root);
    }
    const parent = open(`${ownPath(this.here)}/..`, LOOK);
    if (parent === undefined) return false;
    this.#close(this.#stack.splice(-1));
    this.#stack = [parent];
    return true;
  }

  #openStart(root: boolean): number {
    const path = procPath(this.#pid, root ? 'root' : 'cwd');
    try {
      // The one link that is followed: it is the kernel's.
      return fs.openSync(path, O_PATH | fs.constants.O_DIRECTORY);
    } catch (cause) {
      if (!isAlive(this.#pid)) throw new GoneError(this.#pid, path, { cause });
      throw new SystemCallError('open', path, errnoOf(cause) ?? 'EIO', { cause });
    }
  }

  #close(descriptors: readonly number[]): void {
    for (const descriptor of descriptors) fs.closeSync(descriptor);
  }

  [Symbol.dispose](): void {
    this.#close(this.#stack.splice(0));
  }
}

/** Undefined where there is nothing of that name; throws SystemCallError for anything else. */
function open(path: string, flags: number): number | undefined {
  try {
    return fs.openSync(path, flags);
  } catch (cause) {
    const code = errnoOf(cause) ?? 'EIO';
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw new SystemCallError('open', path, code, { cause });
  }
}

/** The judge's own path to a descriptor: opening below it starts exactly there, whatever was renamed meanwhile. */
export function ownPath(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

function isDirectory(descriptor: number): boolean {
  return fs.fstatSync(descriptor).isDirectory();
}

function samePlace(a: number, b: number): boolean {
  const [first, second] = [fs.fstatSync(a), fs.fstatSync(b)];
  return first.ino === second.ino && first.dev === second.dev && mountIdOf(a) === mountIdOf(b);
}

/** The mount id of a descriptor, from the mnt_id line of /proc/self/fdinfo/N; see proc_pid_fdinfo(5). */
export function mountIdOf(descriptor: number): number | undefined {
  const found = /^mnt_id:\s*(\d+)$/m.exec(fs.readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'));
  return found === null ? undefined : Number(found[1]);
}
