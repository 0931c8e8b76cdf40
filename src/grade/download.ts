/**
 * The one zip in which a learning platform gives a class's submissions to download.
 *
 * It is taken apart into a scratch folder, a file for each submission under a name of ours: what is in a submission is judged later,
 * like any other, and no name that a student chose becomes the name of a file here.
 */
import fs from 'node:fs';
import path from 'node:path';
import yauzl from 'yauzl';
import { UserError } from '../errors.ts';
import { archiveName, ingestLimits } from './ingest/index.ts';
import { visible } from './ingest/show.ts';
import { pack, type PackedFile } from './pack.ts';

/** The most entries of a download, and bytes of one submission in it. */
const MOST_ENTRIES = 200_000;
const MOST_BYTES = ingestLimits.held;

export type Piece = { source: string; name: string };

/**
 * Takes a download apart. `isOwned` says whether a name is one that a platform makes for a student's submission; undefined
 * where not all names are, so that it is no download but a submission. Throws UserError where it is one and is damaged.
 */
export async function takeApart(archive: string, scratch: () => string, isOwned: (name: string) => boolean): Promise<Piece[] | undefined> {
  const groups = await listGroups(archive, isOwned);
  if (!groups) return undefined;
  const zip = await yauzl.openPromise(archive, { lazyEntries: true, decodeStrings: false, autoClose: false });
  try {
    const pieces: Piece[] = [];
    for (const [top, entries] of groups) {
      const base = path.join(scratch(), String(pieces.length).padStart(6, '0'));
      const name = top.replace(archiveName, '');
      const only = entries.length === 1 ? entries[0] : onlyArchive(entries);
      const loose = only === undefined || (only.name.includes('/') && !archiveName.test(only.name));
      fs.writeFileSync(base, loose ? pack(await readFiles(zip, entries, top, archive)) : await readEntry(zip, (only ?? entries[0] as Named).entry, archive), { mode: 0o600 });
      pieces.push({ source: base, name });
    }
    return pieces;
  } finally {
    zip.close();
  }
}

type Named = { name: string; entry: yauzl.Entry };

/** The entries by their topmost name, in order. Undefined where it is no download. */
async function listGroups(archive: string, isOwned: (name: string) => boolean): Promise<Map<string, Named[]> | undefined> {
  let zip: yauzl.ZipFile;
  try {
    zip = await yauzl.openPromise(archive, { lazyEntries: true, decodeStrings: false });
  } catch {
    return undefined; // Not a zip, or a damaged one: taking it in says so.
  }
  const groups = new Map<string, Named[]>();
  let count = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      const name = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
      const [top = ''] = name.split('/');
      if (top === '__MACOSX') continue;
      if (!isOwned(top) || ++count > MOST_ENTRIES) return undefined;
      if (!name.endsWith('/')) groups.set(top, [...(groups.get(top) ?? []), { name, entry }]);
    }
  } catch {
    return undefined;
  } finally {
    zip.close();
  }
  return groups.size === 0 ? undefined : new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The one archive that somebody uploaded, if nothing lies beside it. */
function onlyArchive(entries: readonly Named[]): Named | undefined {
  const archives = entries.filter(({ name }) => archiveName.test(name));
  return archives.length === 1 && entries.length === 1 ? archives[0] : undefined;
}

async function readFiles(zip: yauzl.ZipFile, entries: readonly Named[], top: string, archive: string): Promise<PackedFile[]> {
  const files: PackedFile[] = [];
  let room = MOST_BYTES;
  for (const { name, entry } of entries) {
    const mode = entry.externalFileAttributes >>> 16;
    if ((mode & 0o170000) !== 0 && (mode & 0o170000) !== 0o100000) throw damaged(archive, `${visible(name)} is no ordinary file`);
    const bytes = await readEntry(zip, entry, archive, room);
    room -= bytes.length;
    files.push({ path: name.slice(top.length + 1) || name, bytes, executable: (mode & 0o111) !== 0, time: Math.max(0, Math.floor(entry.getLastModDate({ timezone: 'UTC' }).getTime() / 1000) || 0) });
  }
  return files;
}

async function readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, archive: string, room = MOST_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      bytes += (chunk as Buffer).length;
      if (bytes > room) throw damaged(archive, `a submission in it is more than ${MOST_BYTES / 1024 / 1024} MiB`);
      chunks.push(chunk as Buffer);
    }
  } catch (cause) {
    throw cause instanceof UserError ? cause : damaged(archive, cause instanceof Error ? cause.message : String(cause));
  }
  return Buffer.concat(chunks);
}

function damaged(archive: string, why: string): UserError {
  return new UserError(`${path.basename(archive)} cannot be taken apart: ${why}.`, { next: ['Download it again, or unpack it yourself and name the folder.'] });
}
