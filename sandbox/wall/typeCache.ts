/**
 * Spares the first start of a box in a new wall the stripping of its types, which takes longer than all else in it.
 *
 * The keeper has stripped them, outside of the kernel (see sandbox/launch/strip.ts). The result is laid where Node looks for
 * it, in the wall's own compile cache (NODE_COMPILE_CACHE), in the form in which Node itself would have written it. An
 * entry that does not fit, because the file was changed or Node has another form by now, is ignored by Node, and costs time only.
 */
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
  return files.flatMap(({ path, base64, types }) => {
    if (types === undefined) return [];
    const code = Buffer.from(base64, 'base64');
    const url = pathToFileURL(`${folder}/${path}`).href;
    const key = crc32(url, crc32(Buffer.of(STRIPPED)));
    const stripped = `${applyTypeEdits(code.toString('utf8'), types)}\n\n//# sourceURL=${url}`;
    return [{ path: `${FOLDER}/${key.toString(16).padStart(8, '0')}`, content: entry(code, Buffer.from(stripped)) }];
  });
}

/** magic, bytes of code, bytes of result, check sums of both; then the result. */
function entry(code: Buffer, result: Buffer): Buffer {
  const head = Buffer.alloc(20);
  [MAGIC, code.length, result.length, crc32(code), crc32(result)].forEach((word, index) => head.writeUInt32LE(word, 4 * index));
  return Buffer.concat([head, result]);
}
