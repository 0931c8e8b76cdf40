/**
 * What a process has mounted, and the files it sees.
 */
import { fact, narrow } from '../fact.ts';
import type { Fact } from '../fact.ts';
import { describeFile, fileInside, namesInside, textInside } from '../inside.ts';
import type { FileFacts } from '../inside.ts';
import { parseMountinfo } from '../mountinfo.ts';
import type { Mount, Propagation } from '../mountinfo.ts';
import { namespaceMountinfo } from '../mountnamespace.ts';
import { mountAt as atPath, mountOf as underPath } from '../mounttree.ts';
import { linesOf } from '../text.ts';
import type { Reader } from './reader.ts';

/** Bytes of a file that are read unless said otherwise. */
const LIMIT = 64 * 1024;

/** Lines of a file and names of a directory that are shown as evidence. */
const SHOWN = 12;

export function mounts(reader: Reader): Fact<Mount[]> {
  const text = reader.text('mountinfo');
  return fact(reader.name('mounts'), parseMountinfo(text, reader.path('mountinfo')), reader.path('mountinfo'), linesOf(text));
}

/** All of its mount namespace: also what its own root hides from it. */
export function namespaceMounts(reader: Reader): Fact<Mount[]> {
  const text = reader.steady(() => namespaceMountinfo(reader.pid));
  const source = `mountinfo at the root of ${reader.path('ns/mnt')}`;
  return fact(reader.name('mount namespace'), parseMountinfo(text, source), source, linesOf(text));
}

export function mountAt(reader: Reader, path: string): Fact<Mount | null> {
  return oneMount(reader, `mount at ${path}`, (all) => atPath(all, path));
}

export function mountOf(reader: Reader, path: string): Fact<Mount | null> {
  return oneMount(reader, `mount that ${path} lies on`, (all) => underPath(all, path));
}

export function propagation(reader: Reader, path: string): Fact<Propagation['kind'] | null> {
  const mount = mountOf(reader, path);
  return { ...mount, name: reader.name(`mount propagation at ${path}`), value: mount.value?.propagation.kind ?? null };
}

export function file(reader: Reader, path: string, options: { follow?: boolean } = {}): Fact<FileFacts | null> {
  const found = reader.steady(() => fileInside(reader.pid, path, options));
  return fact(`${path} as ${reader.label} sees it`, found, sourceOf(reader, path), [describeFile(found)]);
}

export function text(reader: Reader, path: string, options: { limit?: number } = {}): Fact<string | null> {
  const found = reader.steady(() => textInside(reader.pid, path, options.limit ?? LIMIT));
  return fact(`the content of ${path} as ${reader.label} sees it`, found, sourceOf(reader, path), found === null ? ['no regular file'] : shown(linesOf(found)));
}

export function list(reader: Reader, path: string): Fact<string[] | null> {
  const found = reader.steady(() => namesInside(reader.pid, path));
  return fact(`the names in ${path} as ${reader.label} sees them`, found, sourceOf(reader, path), found === null ? ['no directory'] : shown(found));
}

function oneMount(reader: Reader, what: string, pick: (all: readonly Mount[]) => Mount | undefined): Fact<Mount | null> {
  const all = mounts(reader);
  const found = pick(all.value) ?? null;
  if (found === null) return fact(reader.name(what), null, reader.path('mountinfo'), [`no line for it among ${all.value.length}`]);
  return narrow(reader.name(what), found, all, (line) => line === found.line);
}

function sourceOf(reader: Reader, path: string): string {
  return reader.path(path.startsWith('/') ? `root${path === '/' ? '' : path}` : `cwd/${path}`);
}

function shown(lines: readonly string[]): string[] {
  return lines.length > SHOWN ? [...lines.slice(0, SHOWN), `… ${lines.length - SHOWN} more`] : [...lines];
}
