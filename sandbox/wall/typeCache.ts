/**
 * Spares the first start of a box in a new wall the stripping of its types, which takes longer than all else in it.
 *
 * The keeper has stripped them, outside of the kernel (see sandbox/launch/strip.ts). The result is laid where Node looks for
 * it, in the wall's own compile cache (NODE_COMPILE_CACHE), in the form in which Node itself would have written it. An
 * entry that does not fit, because the file was changed or Node has another form by now, is ignored by Node, and costs time only.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import { crc32 } from 'node:zlib';
import type { WireFile } from '../wire/messages.ts';
import { applyTypeEdits } from '../wire/typeEdits.ts';
import { wallEnvironment } from './environment.ts';

/** Of src/compile_cache.cc in Node: the first word of an entry, and the kind "stripped TypeScript". */
const MAGIC = 0x8adfdbb2;
const STRIPPED = 2;

/** The folder of this Node's entries; the last word is the user's id in the wall. */
const FOLDER = `${wallEnvironment['NODE_COMPILE_CACHE']}/${process.version}-${process.arch}-${v8.cachedDataVersionTag().toString(16).padStart(8, '0')}-0`;

/** The cache's entries for those of these files of `folder` that were stripped: absolute paths in the wall, and what belongs there. */
export function typeCache(folder: string, files: readonly WireFile[]): { path: string; content: Buffer }[] {
  return files.flatMap((file) => {
    const { types } = file;
    if (types === undefined) return [];
    const code = Buffer.from(file.base64, 'base64');
    const text = applyTypeEdits(code.toString('utf8'), types);
    return namesOf(folder, file.path, files).map((name) => {
      const key = crc32(name, crc32(Buffer.of(STRIPPED)));
      return { path: `${FOLDER}/${key.toString(16).padStart(8, '0')}`, content: entry(code, Buffer.from(`${text}\n\n//# sourceURL=${name}`)) };
    });
  });
}

/**
 * How Node calls a file: by its URL as a module, by its path as CommonJS. What nobody has said to be a module is tried as CommonJS
 * first, and a box whose package.json does not say so must not cost eleven megabytes more, four times at once.
 */
function namesOf(folder: string, file: string, files: readonly WireFile[]): string[] {
  const name = `${folder}/${file}`;
  const url = pathToFileURL(name).href;
  return file.endsWith('.mts') || isModule(file, files) ? [url] : [name, url];
}

/** Whether the nearest package.json says `"type": "module"`. */
function isModule(file: string, files: readonly WireFile[]): boolean {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const nearest = files.find((other) => other.path === path.join(folder, 'package.json'));
    if (nearest !== undefined) return typeIn(Buffer.from(nearest.base64, 'base64').toString('utf8')) === 'module';
    if (folder === '.' || folder === '/') return false;
  }
}

/** A learner's text: anything may be in it. */
function typeIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { type?: unknown } | null)?.type;
  } catch {
    return undefined;
  }
}

/** magic, bytes of code, bytes of result, check sums of both; then the result. */
function entry(code: Buffer, result: Buffer): Buffer {
  const head = Buffer.alloc(20);
  [MAGIC, code.length, result.length, crc32(code), crc32(result)].forEach((word, index) => head.writeUInt32LE(word, 4 * index));
  return Buffer.concat([head, result]);
}
