/** Archives as nobody should make them, made for tests. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { Header } from 'tar';

/** A folder that goes with the test. */
export class Scratch implements Disposable {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock-grade-test-'));

  /** Writes a file below it; folders are made. Returns its path. */
  write(name: string, content: string | Buffer, mode = 0o644): string {
    const file = path.join(this.folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
    fs.chmodSync(file, mode);
    return file;
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export type TarEntry = { path: string; content?: string | Buffer; type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'BlockDevice' | 'FIFO'; linkpath?: string; mode?: number; mtime?: number };

/** A tar archive with whatever paths and types are asked for. */
export function tar(...entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ path: name, content = '', type = 'File', linkpath, mode = 0o644, mtime = 1_700_000_000 }) => {
    const bytes = Buffer.from(content);
    const block = Buffer.alloc(512);
    new Header({ path: name, size: bytes.length, mode, uid: 0, gid: 0, mtime: new Date(mtime * 1000), type, ...(linkpath === undefined ? {} : { linkpath }) }).encode(block, 0);
    return [block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export type ZipEntry = { path: string; content?: string | Buffer; /** Type and permission bits, inode(7). */ mode?: number; encrypted?: boolean; method?: number; /** What it says of its size. */ claims?: number };

/** A zip archive, likewise. */
export function zip(...entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { path: name, content = '', mode = 0o100644, encrypted = false, method = 8, claims } of entries) {
    const bytes = Buffer.from(content);
    const data = method === 8 ? zlib.deflateRawSync(bytes) : bytes;
    const raw = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE((encrypted ? 1 : 0) | 0x800, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt16LE(0x21, 8); // 1980-01-01
    fields.writeUInt32LE(zlib.crc32(bytes), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(claims ?? bytes.length, 18);
    fields.writeUInt16LE(raw.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, raw, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(mode * 0x10000, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), fields, tail, raw]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
