/**
 * Takes the entries of a submission one by one, as they are read, and holds what may be the box.
 *
 * Every rule about entries is here, whatever they come from; every limit is counted in what was really read.
 */
import type { Discarded } from '../result.ts';
import type { IngestLimits } from './limits.ts';
import { cleanPath, isLitter, Names, toolFolder } from './names.ts';
import { quoted, Rejected } from './rejected.ts';

export type EntryKind = 'file' | 'folder' | 'symlink' | 'hardlink' | 'device' | 'fifo' | 'socket' | 'sparse' | 'unknown';

export type Entry = {
  /** As it stands in the archive. */
  path: string;
  kind: EntryKind;
  /** Permission bits with set-user-id, set-group-id and sticky; see inode(7). */
  mode: number;
  /** Milliseconds since the epoch; null where it is not said. */
  time: number | null;
};

/** A file that was read and may be the box's. `bytes` is null where it is too large to be. */
export type Held = { path: string; bytes: Buffer | null; executable: boolean; time: number | null };

/** What an entry's bytes are given to. */
export type Sink = { write(chunk: Buffer): void; end(): void };

const packAgain = 'Take it out, and hand in the folder box alone.';

export class Intake {
  readonly held: Held[] = [];
  readonly discarded = new Map<string, Discarded>();
  readonly #limits: IngestLimits;
  readonly #names = new Names();
  #entries = 0;
  #unpacked = 0;
  #heldBytes = 0;
  #compressed: number | undefined;

  constructor(limits: IngestLimits) {
    this.#limits = limits;
  }

  /** How large the archive is that the entries come out of; without, they are no archive's. */
  from(bytes: number): void {
    this.#compressed = bytes;
  }

  /** Whether a folder need not be looked into at all. */
  skips(path: string): boolean {
    return toolFolder(path) !== undefined;
  }

  /** Counts bytes that came out, whatever they are. Throws Rejected where they are too many. */
  unpacked(bytes: number): void {
    this.#unpacked += bytes;
    const { unpacked, ratio, ratioFrom } = this.#limits;
    if (this.#unpacked > unpacked) throw new Rejected(`It is more than ${unpacked / 1024 / 1024} MiB when it is unpacked.`, 'Hand in the folder box alone, without node_modules, root file systems or data.');
    if (this.#compressed !== undefined && this.#unpacked > ratioFrom && this.#unpacked > this.#compressed * ratio) {
      throw new Rejected(`It grows to more than ${ratio} times its size when it is unpacked, as no source code does.`, 'Hand in the folder box alone: drydock submit packs it.');
    }
  }

  /**
   * Takes an entry. Returns where its bytes go; undefined where they are of no use, which may then be skipped (but have to be
   * counted). Throws Rejected.
   */
  take(entry: Entry): Sink | undefined {
    this.#entries += 1;
    if (this.#entries > this.#limits.entries) throw new Rejected(`It has more than ${this.#limits.entries} files and folders.`, 'Hand in the folder box alone, without node_modules.');
    const path = cleanPath(entry.path, this.#limits);
    if (path === '' && entry.kind === 'folder') return undefined;
    if (path === '') throw new Rejected('It has an entry without a name.', 'Pack it again into a new archive: drydock submit makes one.');
    refuseSpecial(path, entry);
    const tool = toolFolder(path);
    if (tool) {
      // A link that is itself called node_modules is one the workbook makes; it is not followed.
      this.#discard(tool.path, tool.why);
      return undefined;
    }
    refuseLink(path, entry);
    if (isLitter(path)) {
      if (entry.kind !== 'folder') this.#discard(path, 'an editor’s or a desktop’s own');
      if (entry.kind !== 'folder') return undefined;
    }
    this.#names.add(path, entry.kind === 'folder');
    return entry.kind === 'folder' ? undefined : this.#hold(path, entry);
  }

  #discard(path: string, why: string): void {
    if (!this.discarded.has(path)) this.discarded.set(path, { path, why });
  }

  #hold(path: string, entry: Entry): Sink {
    const chunks: Buffer[] = [];
    let bytes = 0;
    return {
      write: (chunk) => {
        const before = bytes;
        bytes += chunk.length;
        if (bytes > this.#limits.box.bytes) {
          // Too large to be the box's: it may still lie beside it.
          if (before <= this.#limits.box.bytes) this.#heldBytes -= before;
          chunks.length = 0;
          return;
        }
        this.#heldBytes += chunk.length;
        if (this.#heldBytes > this.#limits.held) throw new Rejected(`It has more than ${this.#limits.held / 1024 / 1024} MiB of files besides node_modules.`, 'Hand in the folder box alone: drydock submit packs it.');
        chunks.push(chunk);
      },
      end: () => {
        const small = bytes <= this.#limits.box.bytes;
        this.held.push({ path, bytes: small ? Buffer.concat(chunks) : null, executable: (entry.mode & 0o111) !== 0, time: entry.time });
      },
    };
  }
}

function refuseSpecial(path: string, { kind, mode }: Entry): void {
  const at = quoted(path);
  if (kind === 'device') throw new Rejected(`${at} is a device, not a file.`, packAgain);
  if (kind === 'fifo') throw new Rejected(`${at} is a named pipe, not a file.`, packAgain);
  if (kind === 'socket') throw new Rejected(`${at} is a socket, not a file.`, packAgain);
  if (kind === 'sparse' || kind === 'unknown') throw new Rejected(`${at} is an entry of a kind that only few programs know.`, 'Pack it again with drydock submit, or with ordinary tar or zip.');
  if (kind === 'file' && (mode & 0o6000) !== 0) {
    const which = (mode & 0o4000) !== 0 ? 'set-user-id (setuid)' : 'set-group-id (setgid)';
    throw new Rejected(`${at} is ${which}, so it would run as somebody else.`, `Take that away, chmod ug-s ${at}, and hand it in again.`);
  }
}

function refuseLink(path: string, { kind }: Entry): void {
  const at = quoted(path);
  if (kind === 'symlink') throw new Rejected(`${at} is a symbolic link, which could lead to files that are not yours.`, 'Put the file itself in its place, and hand it in again.');
  if (kind === 'hardlink') throw new Rejected(`${at} is a hard link, which could be a file that is not yours.`, 'Put a copy of the file in its place (cp), and hand it in again.');
}
