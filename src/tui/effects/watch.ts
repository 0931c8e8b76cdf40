/**
 * Notices when a file of the learner's box was saved.
 *
 * The kernel's events (inotify(7)) only say "look now"; what counts is a comparison of what is there with what was there: so an
 * atomic save, which writes another file and renames it, is one save, and an editor's swap files are none. Where events do
 * not come (shared folders of a VM, network file systems, no watches left) the same look is taken at intervals.
 */
import fs from 'node:fs';
import path from 'node:path';

export type WatchOptions = {
  folder: string;
  /** Paths relative to the folder, sorted: changed, new or gone. */
  onSave: (files: string[]) => void;
  /** Milliseconds of quiet after an event before looking. */
  quietMs?: number;
  /** Milliseconds between looks where events come, and where they do not. */
  pollMs?: { events: number; none: number };
};

export interface Watch extends Disposable {
  /** Takes what is there now as known: our own changes are no saves. */
  settle(): void;
}

/** Folders that are not the learner's work, and files that editors make on the way to a save. */
const ignoredFolders = new Set(['node_modules', '.git', '.hg', '.svn', '.idea', '.vscode', '__pycache__']);
const ignoredFiles =
  /^(?:4913|#.*#|\.#.*|.*~|.*\.(?:sw[a-p]|swx|tmp|bak|orig|part|crswap)|\..*\.(?:sw[a-p]|swx|new)|\.goutputstream-.*|.*___jb_(?:tmp|old)___|\.DS_Store)$/;

/** Types of statfs(2) whose files may change without an event here: another machine, or the other side of a VM, writes them. */
const silent = new Set([
  0x786f4256, // vboxsf
  0x01021997, // 9p
  0x65735546, // fuse, virtiofs among them
  0x6969, // nfs
  0xff534d42, // cifs
  0xfe534d42, // smb2
  0x517b, // smb
]);

/** Milliseconds of events without a pause after which one looks all the same. */
const LOUDEST = 250;

const MOST_FILES = 2000;
const DEEPEST = 16;

/** Path relative to the folder → what tells one state of the file from another. */
type Snapshot = Map<string, string>;

export function watchBox(options: WatchOptions): Watch {
  return new BoxWatch(options);
}

class BoxWatch implements Watch {
  readonly #options: Required<WatchOptions>;
  readonly #watchers = new Map<string, fs.FSWatcher>();
  #known: Snapshot;
  #quiet: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #goneTimer: NodeJS.Timeout | undefined;
  #loudSince: number | undefined;
  #deaf = false;

  constructor(options: WatchOptions) {
    this.#options = { quietMs: 40, pollMs: { events: 2000, none: 400 }, ...options };
    this.#known = this.#look();
    this.#schedulePoll();
  }

  settle(): void {
    this.#known = this.#look();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#poll);
    clearTimeout(this.#goneTimer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Polling goes on beside the events: an event can be lost (a full queue), a folder can be made later. */
  #schedulePoll(): void {
    const { events, none } = this.#options.pollMs;
    const wait = this.#deaf || this.#watchers.size === 0 || isSilent(this.#options.folder) ? none : events;
    this.#poll = setTimeout(() => {
      this.#compare(true);
      this.#schedulePoll();
    }, wait);
    // Watching alone keeps no process alive.
    this.#poll.unref();
  }

  /** Looks when it has been quiet for a moment; where it never is, once in a while. */
  #heard(): void {
    const now = performance.now();
    this.#loudSince ??= now;
    if (now - this.#loudSince > LOUDEST) return this.#compare(true);
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#compare(true), this.#options.quietMs);
  }

  /** `patient`: where all that happened is that a file has gone, it may be about to come back: look again first. */
  #compare(patient: boolean): void {
    clearTimeout(this.#quiet);
    this.#loudSince = undefined;
    const now = this.#look();
    const changed = [...now].filter(([file, state]) => this.#known.get(file) !== state).map(([file]) => file);
    const gone = [...this.#known.keys()].filter((file) => !now.has(file));
    if (changed.length + gone.length === 0) return this.#forgetGone();
    if (patient && changed.length === 0) {
      this.#goneTimer ??= setTimeout(() => this.#compare(false), this.#options.quietMs * 3);
      return;
    }
    this.#forgetGone();
    this.#known = now;
    this.#options.onSave([...changed, ...gone].sort());
  }

  #forgetGone(): void {
    clearTimeout(this.#goneTimer);
    this.#goneTimer = undefined;
  }

  /** Reads the state of every file, and keeps one watcher per folder. */
  #look(): Snapshot {
    const snapshot: Snapshot = new Map();
    const folders = new Set<string>();
    this.#walk('', 0, snapshot, folders);
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    return snapshot;
  }

  #walk(relative: string, depth: number, snapshot: Snapshot, folders: Set<string>): void {
    const folder = path.join(this.#options.folder, relative);
    const entries = readEntries(folder);
    if (!entries) return;
    folders.add(relative);
    this.#listen(relative, folder);
    for (const entry of entries) {
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < DEEPEST && !ignoredFolders.has(entry.name)) this.#walk(name, depth + 1, snapshot, folders);
      } else if (!ignoredFiles.test(entry.name) && snapshot.size < MOST_FILES) {
        const state = stateOf(path.join(this.#options.folder, name));
        if (state) snapshot.set(name, state);
      }
    }
  }

  #listen(relative: string, folder: string): void {
    if (this.#watchers.has(relative)) return;
    try {
      const watcher = fs.watch(folder, { persistent: false }, () => this.#heard());
      // A watched folder that goes away must not end the tutor; the next look finds out.
      watcher.on('error', () => this.#heard());
      this.#watchers.set(relative, watcher);
    } catch {
      // ENOSPC and EMFILE: no watches left (fs.inotify.max_user_watches). Polling sees everything, a little later.
      this.#deaf = true;
    }
  }
}

function readEntries(folder: string): fs.Dirent[] | undefined {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

/** A file that was replaced, rewritten or touched has another state; one that cannot be looked at has none. */
function stateOf(file: string): string | undefined {
  const stat = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}` : undefined;
}

function isSilent(folder: string): boolean {
  try {
    return silent.has(fs.statfsSync(folder).type);
  } catch {
    return true;
  }
}
