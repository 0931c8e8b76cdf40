/** Packs a box into a tar.gz that is the same, byte for byte, whenever the same files are packed. */
import zlib from 'node:zlib';
import { Header, Pax } from 'tar';
import type { WireFile } from '../check/wire.ts';

export type PackedFile = { path: string; bytes: Buffer; executable: boolean; /** Seconds since the epoch. */ time: number };

/** A box as it was taken in. Times are left out: they are in the result. */
export function packBox(box: readonly WireFile[]): Buffer {
  return pack(box.map(({ path, base64, executable }) => ({ path: `box/${path}`, bytes: Buffer.from(base64, 'base64'), executable: executable === true, time: 0 })));
}

/** Files in the order of their paths, owned by nobody in particular. */
export function pack(files: readonly PackedFile[]): Buffer {
  const blocks = [...files].sort((a, b) => (a.path < b.path ? -1 : 1)).flatMap((file) => [...headOf(file), file.bytes, padding(file.bytes.length)]);
  // Two empty blocks end an archive. In a gzip head, Node writes no time and the same system everywhere.
  const zipped = zlib.gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level: 9 });
  zipped[9] = 255; // RFC 1952: the system is unknown.
  return zipped;
}

function headOf({ path, bytes, executable, time }: PackedFile): Buffer[] {
  const fields = { path, size: bytes.length, mode: executable ? 0o755 : 0o644, uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(time * 1000), type: 'File' as const };
  const header = new Header(fields);
  const block = Buffer.alloc(512);
  // True where something did not fit: a long path, or letters beyond ASCII.
  const needsPax = header.encode(block, 0);
  return needsPax ? [new Pax({ path, size: bytes.length, mtime: fields.mtime }).encode(), block] : [block];
}

function padding(length: number): Buffer {
  return Buffer.alloc((512 - (length % 512)) % 512);
}
