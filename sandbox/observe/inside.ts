/**
 * Files as a process sees them, below /proc/PID/root, looked at without trusting the tree.
 *
 * The tree belongs to the learner. Three dangers, and what is done here:
 * - a link that leads out of it (an absolute link would be followed from the *judge's* root): every component is opened by
 *   itself with O_PATH|O_NOFOLLOW, and links are resolved here, inside that root, as openat2(2)'s RESOLVE_IN_ROOT does;
 * - a FIFO or a device, which could block the judge or act on being opened: looking (O_PATH) opens nothing, and only a regular file
 *   is then opened for reading, through the descriptor that was looked at, so it cannot be swapped meanwhile;
 * - an endless file or directory: readings stop at a limit.
 *
 * A FUSE file system could still make a look-up wait; mounting one needs /dev/fuse, which walls do not have.
 */
import fs from 'node:fs';
import { errnoOf, SystemCallError } from './errors.ts';
import { mountIdOf, ownPath, Walk } from './walk.ts';

export type FileKind = 'file' | 'directory' | 'link' | 'character' | 'block' | 'fifo' | 'socket';

/** What stat(2) and the mount table say about one file. Ids are the judge's. */
export type FileFacts = {
  readonly kind: FileKind;
  /** Permission bits with setuid, setgid and sticky: 0o755. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  readonly links: number;
  readonly inode: number;
  /** major:minor of the file system. */
  readonly device: string;
  /** major:minor of the device itself, for character and block devices. */
  readonly node?: string;
  /** The link's text, for a link. */
  readonly target?: string;
  /** Id of the mount it lies on, as in mountinfo. */
  readonly mount?: number;
  /** Its path from the top of its mount namespace, links resolved; ends in ` (deleted)` where it was removed. */
  readonly path: string;
};

/** As the kernel: more links than this in one path are ELOOP. */
const MOST_LINKS = 40;

/** Names read from one directory at most. */
const MOST_NAMES = 10_000;

export type InsideOptions = {
  /** Follow a link in the last place, too. */
  readonly follow?: boolean;
};

/** What is at `path` for this process (a relative path starts at its cwd), null where nothing is. Throws GoneError, SystemCallError. */
export function fileInside(pid: number, path: string, options: InsideOptions = {}): FileFacts | null {
  return at(pid, path, options.follow ?? false, (_, facts) => facts);
}

/**
 * The first `limit` bytes of a regular file, null where there is no regular file. A link in the last place is followed.
 */
export function bytesInside(pid: number, path: string, limit: number): Buffer | null {
  return at(pid, path, true, (descriptor, facts) => {
    if (facts.kind !== 'file') return null;
    // O_NONBLOCK: some regular files of procfs wait for their next line, too.
    const flags = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;
    const readable = fs.openSync(ownPath(descriptor), flags);
    try {
      return readAtMost(readable, limit, path);
    } finally {
      fs.closeSync(readable);
    }
  });
}

/** The same as UTF-8. */
export function textInside(pid: number, path: string, limit: number): string | null {
  return bytesInside(pid, path, limit)?.toString('utf8') ?? null;
}

/** The names in a directory, sorted, null where there is no directory. A link in the last place is followed. */
export function namesInside(pid: number, path: string): string[] | null {
  return at(pid, path, true, (descriptor, facts) => {
    if (facts.kind !== 'directory') return null;
    const directory = fs.opendirSync(ownPath(descriptor));
    try {
      const names: string[] = [];
      for (let entry = directory.readSync(); entry !== null && names.length < MOST_NAMES; entry = directory.readSync()) names.push(entry.name);
      return names.sort();
    } finally {
      directory.closeSync();
    }
  });
}

/** A file's facts on one line, in the manner of ls -l: `character device 1:3, mode 666, owner 100000:100000`. */
export function describeFile(file: FileFacts | null): string {
  if (file === null) return 'nothing there';
  const words: Record<FileKind, string> = {
    file: `regular file, ${file.size} bytes`,
    directory: 'directory',
    link: `link to ${file.target ?? '?'}`,
    character: `character device ${file.node ?? '?'}`,
    block: `block device ${file.node ?? '?'}`,
    fifo: 'FIFO',
    socket: 'socket',
  };
  return `${words[file.kind]}, mode ${file.mode.toString(8)}, owner ${file.uid}:${file.gid}`;
}

/** Walks to `path` and calls `use` with an O_PATH descriptor of what is there. */
function at<T>(pid: number, path: string, follow: boolean, use: (descriptor: number, facts: FileFacts) => T | null): T | null {
  using walk = new Walk(pid, path.startsWith('/'));
  const pending = path.split('/').filter((name) => name !== '');
  for (let links = 0; ; ) {
    const name = pending.shift();
    if (name === undefined) return use(walk.here, factsOf(walk.here, walk.linkText));
    if (!walk.step(name)) return null;
    if (walk.linkText === undefined || (pending.length === 0 && !follow)) {
      // A link that is not followed can only be the end.
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return null;
    pending.unshift(...walk.linkText.split('/').filter((part) => part !== ''));
    walk.leaveLink(walk.linkText.startsWith('/'));
  }
}

/** What stat(2) says about an open file; `target` is its text where it is a link. */
export function factsOf(descriptor: number, target: string | undefined): FileFacts {
  const stat = fs.fstatSync(descriptor);
  const kind = kindOf(stat);
  const mount = mountIdOf(descriptor);
  return {
    kind,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    size: stat.size,
    links: stat.nlink,
    inode: stat.ino,
    device: deviceNumber(stat.dev),
    ...(kind === 'character' || kind === 'block' ? { node: deviceNumber(stat.rdev) } : {}),
    ...(target === undefined ? {} : { target }),
    ...(mount === undefined ? {} : { mount }),
    path: fs.readlinkSync(ownPath(descriptor)),
  };
}

function kindOf(stat: fs.Stats): FileKind {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'link';
  if (stat.isCharacterDevice()) return 'character';
  if (stat.isBlockDevice()) return 'block';
  return stat.isFIFO() ? 'fifo' : 'socket';
}

/** major:minor of a device number as stat(2) packs it: see makedev(3). */
export function deviceNumber(packed: number): string {
  const number = BigInt(packed);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn);
  const minor = (number & 0xffn) | ((number >> 12n) & ~0xffn & 0xffffffffn);
  return `${major}:${minor}`;
}

function readAtMost(descriptor: number, limit: number, path: string): Buffer {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  while (length < limit) {
    try {
      const count = fs.readSync(descriptor, buffer, length, limit - length, null);
      if (count === 0) break;
      length += count;
    } catch (cause) {
      // Nothing more now, and waiting is not for us.
      if (errnoOf(cause) === 'EAGAIN') break;
      throw new SystemCallError('read', path, errnoOf(cause) ?? 'EIO', { cause });
    }
  }
  return buffer.subarray(0, length);
}
