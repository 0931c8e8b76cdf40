/**
 * Entries of a tar archive, plain or compressed by gzip or zstd.
 *
 * The archive is unpacked here, by Node's own zlib, so that every byte that comes out is counted before anything is made of it.
 */
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import type { EntryKind, Intake } from './intake.ts';
import { Rejected } from './rejected.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** The longest header of tar's own (a long name, pax records) that is read, in bytes. */
const MOST_META = 64 * 1024;

const again = 'Pack it again with drydock submit, and hand in the new archive.';

const kinds: Readonly<Record<string, EntryKind>> = {
  File: 'file', OldFile: 'file', ContiguousFile: 'file', Directory: 'folder', GNUDumpDir: 'folder', Link: 'hardlink', SymbolicLink: 'symlink',
  CharacterDevice: 'device', BlockDevice: 'device', FIFO: 'fifo', SparseFile: 'sparse',
};

/** Which compression the first bytes of a file speak of. */
export function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'none';
}

/** Reads a tar archive into an intake. Throws Rejected, also where the archive is damaged. */
export async function readTar(archive: Buffer, compression: Compression, intake: Intake): Promise<void> {
  intake.from(archive.length);
  const source = Readable.from(pieces(archive), { objectMode: false });
  const unpacker = compression === 'gzip' ? zlib.createGunzip() : compression === 'zstd' ? zlib.createZstdDecompress() : undefined;
  const parser = new Parsing(intake);
  try {
    for await (const chunk of unpacker ? source.pipe(unpacker) : source) parser.write(chunk as Buffer);
    parser.end();
  } catch (error) {
    if (error instanceof Rejected) throw error;
    throw new Rejected('It is not a whole tar archive: it ends too early, or something in it was changed.', again);
  } finally {
    source.destroy();
    unpacker?.destroy();
  }
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}

/** tar's parser, made to throw where it was called: nothing is read on after a rejection. */
class Parsing {
  readonly #intake: Intake;
  readonly #parser: Parser;
  #trouble: unknown;
  #head = Buffer.alloc(0);
  #sniffed = false;

  constructor(intake: Intake) {
    this.#intake = intake;
    // A ratio of our own is kept; the parser must never unpack by itself (`sniff`).
    this.#parser = new Parser({ strict: true, maxMetaEntrySize: MOST_META });
    this.#parser.on('error', (error) => this.#fail(error));
    this.#parser.on('entry', (entry: ReadEntry) => this.#guard(() => this.#take(entry)));
    this.#parser.on('ignoredEntry', (entry: ReadEntry) => this.#guard(() => this.#ignored(entry)));
  }

  write(chunk: Buffer): void {
    this.#intake.unpacked(chunk.length);
    if (this.#sniffed) this.#pass(chunk);
    else this.#sniff(chunk);
  }

  end(): void {
    if (!this.#sniffed && this.#head.length === 0) throw new Rejected('The archive is empty.', again);
    if (!this.#sniffed) this.#pass(this.#head);
    this.#parser.end();
    if (this.#trouble) throw this.#trouble;
  }

  /** An archive in an archive's clothes: the parser would unpack it once more, and nobody would count. */
  #sniff(chunk: Buffer): void {
    this.#head = Buffer.concat([this.#head, chunk]);
    if (this.#head.length < 512) return;
    if (compressionOf(this.#head) !== 'none') throw new Rejected('The archive is compressed twice.', again);
    this.#sniffed = true;
    this.#pass(this.#head);
  }

  #pass(chunk: Buffer): void {
    if (compressionOf(chunk) !== 'none' && !this.#sniffed) throw new Rejected('The archive is compressed twice.', again);
    this.#parser.write(chunk);
    if (this.#trouble) throw this.#trouble;
  }

  #take(entry: ReadEntry): void {
    const kind = kinds[entry.type] ?? 'unknown';
    const sink = this.#intake.take({ path: entry.path, kind, mode: entry.mode ?? 0o644, time: entry.mtime ? entry.mtime.getTime() : null });
    if (sink === undefined) {
      entry.resume();
      return;
    }
    entry.on('data', (bytes: Buffer) => this.#guard(() => sink.write(bytes)));
    entry.on('end', () => this.#guard(() => sink.end()));
  }

  /** What the parser does not read: headers that are too long, entries of rare kinds. */
  #ignored(entry: ReadEntry): void {
    if (entry.meta) throw new Rejected('It has a name or a header that is far too long.', again);
    this.#intake.take({ path: entry.path, kind: kinds[entry.type] ?? 'unknown', mode: entry.mode ?? 0o644, time: null });
  }

  #guard(work: () => void): void {
    if (this.#trouble) return;
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#trouble ??= error;
  }
}
