/**
 * A lock between processes, for the milliseconds in which progress.json is read, changed and written.
 *
 * It is a file made with O_EXCL that says who made it. A holder that was killed leaves it behind: a lock whose process is
 * gone, or that is older than any holder could need, is taken over. Two processes that want to take over the same dead lock
 * must not remove the new one of the faster: whoever takes over first makes a file named after the dead lock's nonce, and only
 * one can.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** No holder needs this long, in milliseconds: it reads and writes one small file. */
const STALE_MS = 10_000;

type Owner = { nonce: string; pid: number; since: string; machine: string };

export class LockBusy extends Error {
  override name = 'LockBusy';
}

export type Lock = Disposable & {
  /** Still ours? A process that was stopped for long may have lost it. */
  held(): boolean;
};

/**
 * Takes the lock, waiting up to `patience` milliseconds. Dispose of it to let go.
 *
 * Throws LockBusy where somebody else holds on to it, and the file system's own errors.
 */
export function takeLock(file: string, patience = 3000): Lock {
  const me: Owner = { nonce: crypto.randomUUID(), pid: process.pid, since: startTime(process.pid) ?? '', machine: machine() };
  const until = performance.now() + patience;
  for (let wait = 1; ; wait = Math.min(wait * 2, 20)) {
    if (make(file, JSON.stringify(me))) break;
    const owner = readOwner(file);
    if (owner && isDead(file, owner) && takeOver(file, owner)) continue;
    if (performance.now() > until) throw new LockBusy(`${file} is held by process ${owner?.pid ?? 'unknown'}`);
    sleep(wait + Math.random() * 2);
  }
  return {
    held: () => readOwner(file)?.nonce === me.nonce,
    [Symbol.dispose]: () => {
      if (readOwner(file)?.nonce === me.nonce) fs.rmSync(file, { force: true });
    },
  };
}

/** Makes a file that must not exist yet: complete with its content, or not at all (link(2) is atomic and refuses to replace). */
function make(file: string, content: string): boolean {
  const temporary = `${file}.${process.pid}.${crypto.randomBytes(4).toString('hex')}`;
  try {
    fs.writeFileSync(temporary, content, { flag: 'wx' });
    fs.linkSync(temporary, file);
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // File systems without hard links (VirtualBox folders, FAT): open with O_EXCL, and a reader may see it empty for a moment.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS' || code === 'EOPNOTSUPP' || code === 'EMLINK') return makeExclusive(file, content);
    throw cause;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

function makeExclusive(file: string, content: string): boolean {
  try {
    fs.writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

/** Who holds the lock; null where nobody does. A lock without a readable owner has an owner of its own kind, for its age. */
function readOwner(file: string): Owner | null {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  try {
    const owner = JSON.parse(text) as Owner;
    if (typeof owner.nonce === 'string' && /^[\w-]+$/.test(owner.nonce)) return owner;
  } catch {
    // Falls through: half written by a process that was killed, on a file system without links.
  }
  return { nonce: 'unreadable', pid: 0, since: '', machine: 'unknown' };
}

/** A holder is dead when its process is gone or is another one by now; elsewhere, only the lock's age can tell. */
function isDead(file: string, owner: Owner): boolean {
  if (owner.machine === machine() && startTime(owner.pid) !== owner.since) return true;
  return age(file) > STALE_MS;
}

/** Removes a dead lock; true where it was this process that did. */
function takeOver(file: string, dead: Owner): boolean {
  const claim = `${file}.dead-${dead.nonce}`;
  if (!makeExclusive(claim, '')) {
    // Whoever claimed it was killed, too, before it was done.
    if (age(claim) > STALE_MS) fs.rmSync(claim, { force: true });
    return false;
  }
  try {
    // Nobody else may remove this lock while the claim stands, so what was read is what will be removed.
    if (readOwner(file)?.nonce !== dead.nonce) return false;
    fs.rmSync(file, { force: true });
    return true;
  } finally {
    fs.rmSync(claim, { force: true });
  }
}

/** Removes what processes that were killed while they waited for this lock have left beside it. Never throws. */
export function sweepLock(file: string): void {
  try {
    const folder = path.dirname(file);
    for (const name of fs.readdirSync(folder)) {
      const left = path.join(folder, name);
      if (name.startsWith(`${path.basename(file)}.`) && age(left) > 6 * STALE_MS) fs.rmSync(left, { force: true });
    }
  } catch {
    // The folder is not there yet, or cannot be written: then there is nothing to do, or saving will say so.
  }
}

/** Milliseconds since a file was written; 0 where it is gone or from the future. */
function age(file: string): number {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? Math.max(0, Date.now() - stat.mtimeMs) : 0;
}

/** When a process began, in clock ticks since boot: field 22 of /proc/PID/stat (proc_pid_stat(5)). Null where it is gone. */
function startTime(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command's name in parentheses, which may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

let thisMachine: string | undefined;

/** Which boot and which pid namespace process ids belong to: elsewhere, they say nothing. */
function machine(): string {
  if (thisMachine === undefined) {
    try {
      thisMachine = `${fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fs.readlinkSync('/proc/self/ns/pid')}`;
    } catch {
      // Not Linux: no process can be asked, so a random name makes every lock a stranger's, and its age decides.
      thisMachine = crypto.randomUUID();
    }
  }
  return thisMachine;
}

/** The store is synchronous, so that no event can come between reading and writing. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
