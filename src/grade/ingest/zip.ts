/** Entries of a zip archive, by its central directory. */
import yauzl from 'yauzl';
import type { Entry, Intake } from './intake.ts';
import { Rejected } from './rejected.ts';

const again = 'Pack it again with drydock submit, and hand in the new archive.';

/** The part of an entry's version that says which system made it: 3 is Unix, 19 is macOS (APPNOTE.TXT 4.4.2). */
const UNIX = new Set([3, 19]);

/** Reads a zip archive into an intake. Throws Rejected, also where the archive is damaged. */
export async function readZip(archive: Buffer, intake: Intake): Promise<void> {
  intake.from(archive.length);
  let zip: yauzl.ZipFile | undefined;
  try {
    // Names are decoded and judged by us: the library's own refusals say nothing to a student.
    zip = await yauzl.fromBufferPromise(archive, { lazyEntries: true, decodeStrings: false, validateEntrySizes: true });
    for await (const entry of zip.eachEntry()) await readEntry(zip, entry, intake);
  } catch (error) {
    if (error instanceof Rejected) throw error;
    throw new Rejected('It is not a whole zip archive: it ends too early, or something in it was changed.', again);
  } finally {
    zip?.close();
  }
}

async function readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, intake: Intake): Promise<void> {
  const known = describe(entry);
  const sink = intake.take(known);
  if (known.kind !== 'file' || sink === undefined) return;
  if (entry.isEncrypted()) throw new Rejected('The archive has a password.', 'Hand it in without one.');
  if (!entry.canDecodeFileData()) throw new Rejected('The archive is compressed in a way that only few programs know.', again);
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    intake.unpacked((chunk as Buffer).length);
    sink.write(chunk as Buffer);
  }
  sink.end();
}

function describe(entry: yauzl.Entry): Entry {
  const raw = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
  const unix = UNIX.has(entry.versionMadeBy >> 8);
  const mode = unix ? entry.externalFileAttributes >>> 16 : 0o644;
  return { path: raw, kind: kindOf(mode & 0o170000, raw.endsWith('/')), mode: mode & 0o7777, time: timeOf(entry) };
}

/** By the type bits of inode(7); programs that know nothing of Unix leave them 0. */
function kindOf(type: number, slash: boolean): Entry['kind'] {
  switch (type) {
    case 0:
      return slash ? 'folder' : 'file';
    case 0o100000:
      return slash ? 'folder' : 'file';
    case 0o040000:
      return 'folder';
    case 0o120000:
      return 'symlink';
    case 0o060000:
    case 0o020000:
      return 'device';
    case 0o010000:
      return 'fifo';
    case 0o140000:
      return 'socket';
    default:
      return 'unknown';
  }
}

/** A zip's times have no zone; read as UTC they are at least the same everywhere. */
function timeOf(entry: yauzl.Entry): number | null {
  const time = entry.getLastModDate({ timezone: 'UTC' }).getTime();
  return Number.isFinite(time) ? time : null;
}
