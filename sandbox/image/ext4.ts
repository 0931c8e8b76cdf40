/**
 * Gives every inode of a fresh ext4 image one owner, by writing into its inode tables.
 *
 * `mke2fs -d` takes owners over from the files it copies, which without root are all ours. Layout: the kernel's
 * Documentation/filesystems/ext4. The image must be without metadata checksums (mke2fs -O ^metadata_csum), for these
 * would have to be made anew.
 */
import fs from 'node:fs';

const SUPERBLOCK = 1024;
const MAGIC = 0xef53;
const INCOMPAT_64BIT = 0x80;
const RO_COMPAT_METADATA_CSUM = 0x400;
const FIRST_FREE_INODE = 11; // 1–10 are reserved; of these only the root folder (2) has an owner that shows.
const ROOT_INODE = 2;

/** Sets uid and gid of every inode in use to `id`. Throws where the file is not an ext4 image of the kind above. */
export function ownEverything(image: string, id: number): void {
  const fd = fs.openSync(image, 'r+');
  try {
    const superblock = read(fd, SUPERBLOCK, 1024);
    if (superblock.readUInt16LE(0x38) !== MAGIC) throw new Error(`${image}: not an ext4 image`);
    if (superblock.readUInt32LE(0x64) & RO_COMPAT_METADATA_CSUM) throw new Error(`${image}: has metadata checksums`);
    const blockSize = 1024 << superblock.readUInt32LE(0x18);
    const inodesPerGroup = superblock.readUInt32LE(0x28);
    const inodeSize = superblock.readUInt16LE(0x58);
    const wide = (superblock.readUInt32LE(0x60) & INCOMPAT_64BIT) !== 0;
    const descriptorSize = wide ? superblock.readUInt16LE(0xfe) : 32;
    const groups = Math.ceil(superblock.readUInt32LE(0) / inodesPerGroup);
    const firstDescriptor = (superblock.readUInt32LE(0x14) + 1) * blockSize; // in the block after the superblock's
    const descriptors = read(fd, firstDescriptor, groups * descriptorSize);

    for (let group = 0; group < groups; group++) {
      const descriptor = descriptors.subarray(group * descriptorSize, (group + 1) * descriptorSize);
      const block = (low: number, high: number) => descriptor.readUInt32LE(low) + (wide ? descriptor.readUInt32LE(high) * 2 ** 32 : 0);
      const bitmap = read(fd, block(0x4, 0x24) * blockSize, Math.ceil(inodesPerGroup / 8));
      const tableAt = block(0x8, 0x28) * blockSize;
      const table = read(fd, tableAt, inodesPerGroup * inodeSize);
      for (let index = 0; index < inodesPerGroup; index++) {
        const number = group * inodesPerGroup + index + 1;
        const used = ((bitmap[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
        if (used && (number === ROOT_INODE || number >= FIRST_FREE_INODE)) own(table.subarray(index * inodeSize), id);
      }
      fs.writeSync(fd, table, 0, table.length, tableAt);
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** An inode keeps each id in two halves. */
function own(inode: Buffer, id: number): void {
  inode.writeUInt16LE(id & 0xffff, 0x2); // i_uid
  inode.writeUInt16LE(id & 0xffff, 0x18); // i_gid
  inode.writeUInt16LE(id >>> 16, 0x78); // l_i_uid_high
  inode.writeUInt16LE(id >>> 16, 0x7a); // l_i_gid_high
}

function read(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const got = fs.readSync(fd, bytes, 0, length, position);
  if (got !== length) throw new Error(`read of ${length} bytes at ${position}: got ${got}`);
  return bytes;
}
