/** Entries of a folder. No link is followed, nothing but ordinary files is opened, folders that do not count are not entered. */
import fs from 'node:fs';
import path from 'node:path';
import type { Entry, EntryKind, Intake } from './intake.ts';
import { quoted, Rejected } from './rejected.ts';

/** Reads a folder into an intake. Throws Rejected. */
export function readFolder(folder: string, intake: Intake): void {
  const linked = new Map<string, { path: string; found: number; links: number }>();
  const walk = (relative: string): void => {
    for (const name of namesIn(path.join(folder, relative))) {
      const at = relative ? `${relative}/${name}` : name;
      const stat = fs.lstatSync(path.join(folder, at), { throwIfNoEntry: false });
      if (!stat) continue;
      const sink = intake.take(describe(at, stat));
      if (stat.isDirectory()) {
        if (!intake.skips(at)) walk(at);
      } else if (stat.isFile() && sink) {
        if (stat.nlink > 1) count(linked, at, stat);
        readFile(path.join(folder, at), at, intake, sink);
      }
    }
  };
  walk('');
  for (const { path: at, found, links } of linked.values()) {
    // All of a file's names are in here, or one of them is somewhere else: then it is not the submission's own.
    if (found < links) throw new Rejected(`${quoted(at)} is a hard link to a file outside of the submission.`, 'Put a copy of the file in its place (cp), and hand it in again.');
  }
}

function namesIn(folder: string): string[] {
  try {
    // As bytes: a name that is no UTF-8 must not be mistaken for another.
    return fs.readdirSync(folder, { encoding: 'buffer' }).map((name) => name.toString('utf8')).sort();
  } catch (cause) {
    throw unreadable(path.basename(folder), cause);
  }
}

function count(linked: Map<string, { path: string; found: number; links: number }>, at: string, stat: fs.Stats): void {
  const key = `${stat.dev}:${stat.ino}`;
  const known = linked.get(key);
  if (known) known.found += 1;
  else linked.set(key, { path: at, found: 1, links: stat.nlink });
}

function describe(at: string, stat: fs.Stats): Entry {
  return { path: at, kind: kindOf(stat), mode: stat.mode & 0o7777, time: stat.mtimeMs };
}

function kindOf(stat: fs.Stats): EntryKind {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isFIFO()) return 'fifo';
  if (stat.isSocket()) return 'socket';
  return stat.isBlockDevice() || stat.isCharacterDevice() ? 'device' : 'unknown';
}

/** In pieces: a file may be larger than it says, or grow while it is read. */
function readFile(file: string, at: string, intake: Intake, sink: { write(chunk: Buffer): void; end(): void }): void {
  let fd: number;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch (cause) {
    throw unreadable(at, cause);
  }
  try {
    if (!fs.fstatSync(fd).isFile()) throw new Rejected(`${quoted(at)} is no ordinary file any more.`, 'Leave the folder as it is while it is graded.');
    for (;;) {
      const piece = Buffer.allocUnsafe(256 * 1024);
      const read = fs.readSync(fd, piece);
      if (read === 0) break;
      intake.unpacked(read);
      sink.write(piece.subarray(0, read));
    }
  } catch (cause) {
    throw cause instanceof Rejected ? cause : unreadable(at, cause);
  } finally {
    fs.closeSync(fd);
  }
  sink.end();
}

/** What its owner has closed is the submission's fault; what this machine cannot do is not. */
function unreadable(at: string, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (!['EACCES', 'EPERM', 'ENOENT', 'ELOOP', 'ENOTDIR'].includes(code)) return cause;
  return new Rejected(`${quoted(at)} cannot be read (${code}).`, 'Its owner and mode (ls -l) must allow it to be read.');
}
