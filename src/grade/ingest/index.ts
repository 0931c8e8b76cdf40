/**
 * Takes a submission in: a folder, or an archive (zip, tar, tar.gz, tar.zst), in whatever state somebody handed it in.
 *
 * Everything is read once, into memory, under limits; what is graded afterwards is this copy and nothing else. Nothing of a
 * submission is ever written to this machine's file system under a name that it chose.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import type { WireFile } from '../../check/wire.ts';
import type { Discarded } from '../result.ts';
import { type Counted, whatCounts } from './counts.ts';
import { readFolder } from './folder.ts';
import { type Held, Intake } from './intake.ts';
import { ingestLimits, type IngestLimits } from './limits.ts';
import { Rejected } from './rejected.ts';
import { compressionOf, readTar } from './tar.ts';
import { readZip } from './zip.ts';

export type { IngestLimits };
export { ingestLimits };

export type IngestedFile = { path: string; sha256: string; bytes: number };

/** A submission that was taken in, or why it could not be. */
export type Ingested =
  | {
      ok: true;
      /** SHA-256 over the paths, modes and contents of `box`. */
      digest: string;
      files: IngestedFile[];
      box: WireFile[];
      discarded: Discarded[];
      /** The newest time among the files that count, ISO 8601. */
      submittedAt: string | null;
      /** The checkpoint it says it is for, where `drydock submit` made it. */
      claims?: string;
    }
  | {
      ok: false;
      reason: string;
      discarded: Discarded[];
      submittedAt: string | null;
      /** True where this machine could not read it: that is no fault of the submission, and no mark. */
      machine?: true;
    };

/** What `drydock submit` writes into an archive beside the box. */
export const ClaimSchema = v.object({ schema: v.literal('drydock.submission/1'), lesson: v.pipe(v.string(), v.regex(/^\d{2}(?:-[a-z0-9]+)+$/), v.maxLength(60)) });

/** The most a claim may be, in bytes. */
const MOST_CLAIM = 10_000;

/** Reads the submission at `source`. Never rejects: what is wrong with it, or with reading it, is in the result. */
export async function ingest(source: string, limits: IngestLimits = ingestLimits): Promise<Ingested> {
  const intake = new Intake(limits);
  let submittedAt: string | null = null;
  try {
    submittedAt = iso(fs.lstatSync(source).mtimeMs);
    await readSource(source, intake, limits);
    const counted = whatCounts(intake.held, intake.discarded.values(), limits);
    return takenIn(counted);
  } catch (error) {
    if (error instanceof Rejected) return { ok: false, reason: error.reason, discarded: [], submittedAt };
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'an error of our own';
    return { ok: false, reason: `The submission could not be read on this machine (${why}); this is no mark.`, discarded: [], submittedAt, machine: true };
  }
}

async function readSource(source: string, intake: Intake, limits: IngestLimits): Promise<void> {
  const stat = fs.lstatSync(source);
  if (stat.isSymbolicLink()) throw new Rejected('The submission itself is a symbolic link.', 'Put the folder or archive itself in its place.');
  if (stat.isDirectory()) {
    const inner = onlyArchive(source);
    if (inner === undefined) readFolder(source, intake);
    else await readArchive(inner, intake, limits);
  } else if (stat.isFile()) await readArchive(source, intake, limits);
  else throw new Rejected('The submission is neither a folder nor an archive.', 'Hand in what drydock submit makes.');
}

/** Names of archives that we read, and of those that we do not but know. */
export const archiveName = /\.(?:zip|tar|tar\.gz|tgz|tar\.zst|tzst)$/i;
const knownName = /\.(?:zip|tar|tar\.[a-z0-9]+|tgz|tzst|tbz2?|txz|7z|rar)$/i;

/** A folder as learning platforms make it: the one archive that somebody uploaded lies in it, and no box. */
function onlyArchive(folder: string): string | undefined {
  let names: fs.Dirent[];
  try {
    names = fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined; // Reading it as a folder says why.
  }
  const archives = names.filter((entry) => entry.isFile() && knownName.test(entry.name));
  if (archives.length !== 1 || names.some(({ name }) => ['box.ts', 'box', 'workspace'].includes(name))) return undefined;
  return names.filter((entry) => entry.isDirectory() && entry.name !== '__MACOSX').length > 0 ? undefined : path.join(folder, archives[0]?.name ?? '');
}

async function readArchive(file: string, intake: Intake, limits: IngestLimits): Promise<void> {
  const bytes = readWhole(file, limits.archive);
  if (bytes.length === 0) throw new Rejected('The archive is empty: the upload may have failed.', 'Hand it in again.');
  if (!bytes.subarray(0, 1024).some((byte) => byte !== 0)) throw new Rejected('The archive has nothing in it.', 'Hand in the folder box of your workspace: drydock submit packs it.');
  const head = bytes.subarray(0, 560).toString('latin1');
  if (/^PK(?:\x03\x04|\x05\x06|\x07\x08)/.test(head)) return readZip(bytes, intake);
  const compression = compressionOf(bytes);
  if (compression !== 'none' || looksLikeTar(bytes)) return readTar(bytes, compression, intake);
  const known = [[/^BZh/, 'a bzip2'], [/^\xfd7zXZ/, 'an xz'], [/^Rar!/, 'a RAR'], [/^7z\xbc\xaf/, 'a 7-Zip'], [/^(?:<!DOCTYPE|<html)/i, 'a web page, not an']] as const;
  const what = known.find(([magic]) => magic.test(head))?.[1];
  throw new Rejected(
    what ? `It is ${what} archive, which is not read here.` : 'It is no archive that is known here, or it is damaged.',
    'Hand in what drydock submit makes, or a .zip, .tar, .tar.gz or .tar.zst of the folder box.',
  );
}

/** A tar header's check sum: the sum of its 512 bytes, the sum's own field taken as spaces; see tar(5). */
function looksLikeTar(bytes: Buffer): boolean {
  if (bytes.length < 512) return false;
  const said = Number.parseInt(bytes.subarray(148, 156).toString('latin1').trimStart().replace(/[\0 ].*$/s, '') || 'x', 8);
  let sum = 0;
  for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 32 : bytes[at] ?? 0;
  return said === sum;
}

function readWhole(file: string, most: number): Buffer {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw new Rejected('The archive is no ordinary file.', 'Hand in what drydock submit makes.');
    if (stat.size > most) throw new Rejected(`The archive is larger than ${most / 1024 / 1024} MiB.`, 'Hand in the folder box alone: drydock submit packs it.');
    return fs.readFileSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function takenIn({ box, discarded, claim }: Counted): Ingested {
  const files = box.map(({ path, bytes }) => ({ path, sha256: sha256(bytes ?? Buffer.alloc(0)), bytes: bytes?.length ?? 0 }));
  const hash = createHash('sha256');
  box.forEach(({ path, executable }, at) => hash.update(`${path}\0${executable ? 'x' : '-'}\0${files[at]?.sha256}\n`));
  const claims = readClaim(claim);
  return {
    ok: true,
    digest: hash.digest('hex'),
    files,
    box: box.map(({ path, bytes, executable }) => ({ path, base64: (bytes ?? Buffer.alloc(0)).toString('base64'), ...(executable ? { executable: true } : {}) })),
    discarded,
    submittedAt: newest(box),
    ...(claims === undefined ? {} : { claims }),
  };
}

function readClaim(bytes: Buffer | null): string | undefined {
  if (!bytes || bytes.length > MOST_CLAIM) return undefined;
  try {
    const read = v.safeParse(ClaimSchema, JSON.parse(bytes.toString('utf8')));
    return read.success ? read.output.lesson : undefined;
  } catch {
    return undefined;
  }
}

function newest(box: readonly Held[]): string | null {
  const times = box.flatMap(({ time }) => (time !== null && time > 0 ? [time] : []));
  return times.length === 0 ? null : iso(Math.max(...times));
}

/** ISO 8601 in whole seconds; null for what is no time that a person would write. */
function iso(ms: number): string | null {
  const seconds = Math.floor(ms / 1000) * 1000;
  return Number.isFinite(seconds) && seconds > 0 && seconds < 8.64e15 ? new Date(seconds).toISOString() : null;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
