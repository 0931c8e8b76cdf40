/**
 * progress.json on disk.
 *
 * Invariants
 * - At every moment, also after kill -9 or a power cut, the file is either the old text or the new one: it is written beside,
 *   flushed and renamed over.
 * - An event is applied to what is in the file at that moment, under a lock: two tutors lose nothing of each other's.
 * - A file that cannot be read is never overwritten: it is moved aside first. A newer one is never touched at all.
 * - Where it cannot be saved, the program goes on: events wait in memory and are written with the next one that can be.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Exit, fileError, UserError } from '../errors.ts';
import { readProgress, writeProgress } from './file.ts';
import { LockBusy, sweepLock, takeLock } from './lock.ts';
import { noProgress, type Progress, type ProgressEvent, reduce } from './state.ts';

export interface ProgressStore {
  /** The state as this process knows it: the file's, with everything applied that could not be saved yet. */
  readonly state: Progress;
  /** Why nothing can be saved at the moment, as something to show; null where all is well. */
  readonly problem: UserError | null;
  /** What happened to a broken file, once: one sentence, null where nothing did. */
  readonly notice: string | null;
  /** Records events: on the freshest state, saved at once where that can be. Never throws for a file system's error. */
  apply(...events: ProgressEvent[]): Progress;
  /** Reads what other processes have written. */
  refresh(): Progress;
}

/**
 * Opens the progress of a workspace. The folder need not exist yet; it is made with the first event.
 *
 * Throws UserError where the file was written by a newer version. `now` is used to name a broken file that is kept aside.
 */
export function openProgress(workspace: string, now: () => number = Date.now): ProgressStore {
  return new Store(path.join(workspace, 'progress.json'), now);
}

class Store implements ProgressStore {
  state: Progress;
  problem: UserError | null = null;
  notice: string | null = null;
  readonly #file: string;
  readonly #now: () => number;
  #unsaved: ProgressEvent[] = [];

  constructor(file: string, now: () => number) {
    this.#file = file;
    this.#now = now;
    this.state = noProgress();
    sweepLock(`${file}.lock`);
    this.refresh();
    if (this.problem?.cause instanceof NewerFile) throw this.problem;
  }

  refresh(): Progress {
    try {
      const { progress, broken } = this.#read();
      this.state = this.#unsaved.reduce(reduce, progress);
      // Only somebody who holds the lock may move a broken file: another process may be just about to do so.
      if (broken) this.#mend();
      if (!this.#unsaved.length) this.problem = null;
    } catch (cause) {
      this.problem = this.#explain(cause);
    }
    return this.state;
  }

  apply(...events: ProgressEvent[]): Progress {
    this.state = events.reduce(reduce, this.state);
    this.#unsaved.push(...events);
    try {
      fs.mkdirSync(path.dirname(this.#file), { recursive: true });
      using lock = takeLock(`${this.#file}.lock`);
      const { progress, broken } = this.#read();
      if (broken) this.#setAside(broken);
      const next = this.#unsaved.reduce(reduce, progress);
      if (!lock.held()) throw new LockBusy(`${this.#file}.lock was taken over`);
      this.#write(writeProgress(next));
      this.state = next;
      this.#unsaved = [];
      this.problem = null;
    } catch (cause) {
      this.problem = this.#explain(cause);
    }
    return this.state;
  }

  /** Moves a broken file aside and writes what could be read of it. */
  #mend(): void {
    using _lock = takeLock(`${this.#file}.lock`);
    const { progress, broken } = this.#read();
    if (broken) {
      this.#setAside(broken);
      this.#write(writeProgress(progress));
    }
    this.state = this.#unsaved.reduce(reduce, progress);
  }

  #read(): { progress: Progress; broken: string | null } {
    let text: string;
    try {
      text = fs.readFileSync(this.#file, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { progress: noProgress(), broken: null };
      throw cause;
    }
    const reading = readProgress(text);
    if (reading.kind === 'newer') throw new NewerFile(reading.version);
    return { progress: reading.progress, broken: reading.kind === 'broken' ? reading.why : null };
  }

  /** Keeps a broken file under another name. Called with the lock held. */
  #setAside(why: string): void {
    const stamp = new Date(this.#now()).toISOString().replaceAll(':', '-').replace('Z', '');
    let kept = this.#file.replace(/\.json$/, `.broken-${stamp}.json`);
    for (let n = 2; fs.existsSync(kept); n++) kept = this.#file.replace(/\.json$/, `.broken-${stamp}-${n}.json`);
    // A copy first, so that there is a readable file under one of the two names at every moment.
    fs.copyFileSync(this.#file, kept, fs.constants.COPYFILE_EXCL);
    this.notice = `The progress file was damaged (${why}); it is kept as ${kept}, and everything that could be read of it goes on.`;
  }

  /** Replaces the file. Called with the lock held. */
  #write(text: string): void {
    const target = realPath(this.#file);
    const temporary = `${target}.new`;
    try {
      const descriptor = fs.openSync(temporary, 'w', 0o644);
      try {
        fs.writeFileSync(descriptor, text);
        fs.fsyncSync(descriptor);
      } finally {
        fs.closeSync(descriptor);
      }
      fs.renameSync(temporary, target);
    } catch (cause) {
      fs.rmSync(temporary, { force: true });
      throw cause;
    }
    flushFolder(path.dirname(target));
  }

  #explain(cause: unknown): UserError {
    const going = 'The program goes on without saving it, and tries again with the next thing you do.';
    if (cause instanceof NewerFile) {
      return new UserError(`${this.#file} was written by a newer Drydock (its version is ${cause.version}); it is left alone.`, {
        next: ['Update this checkout (`git pull`), or move the file away to begin anew.'], exit: Exit.cannotRun, cause,
      });
    }
    if (cause instanceof LockBusy) {
      return new UserError(`Your progress cannot be saved: ${cause.message}.`, { next: [going, `If no other Drydock runs, remove ${this.#file}.lock.`], exit: Exit.cannotRun, cause });
    }
    const error = fileError('Your progress cannot be saved', cause);
    return new UserError(error.message, { next: [...error.next, going], exit: Exit.cannotRun, cause });
  }
}

class NewerFile extends Error {
  readonly version: number;
  constructor(version: number) {
    super(`version ${version}`);
    this.version = version;
  }
}

/** Where the file really is: a link that the learner made stays one. */
function realPath(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
}

/** A rename is durable when its folder is flushed (fsync(2)); not every file system lets one do that. */
function flushFolder(folder: string): void {
  try {
    const descriptor = fs.openSync(folder, 'r');
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch {
    // Nothing is lost but the promise about a power cut.
  }
}
