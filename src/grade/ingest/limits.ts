/** How much a submission may be. Counted while it is read: what an archive says about itself is not believed. */

const MiB = 1024 * 1024;

export type IngestLimits = {
  /** Bytes of an archive as it was handed in. */
  archive: number;
  /** Bytes that come out of an archive, or are in a folder, whatever of it counts. */
  unpacked: number;
  /** How many times its size an archive may grow, once it is more than `ratioFrom` bytes. */
  ratio: number;
  ratioFrom: number;
  /** Files and folders in all. */
  entries: number;
  /** Folders within folders. */
  depth: number;
  /** Bytes of one path, and of one name in it. */
  path: number;
  name: number;
  /** What of it is the box: files, bytes, depth. The same as `drydock check` takes. */
  box: { files: number; bytes: number; depth: number };
  /** Bytes that may be held until it is known where the box lies. */
  held: number;
};

export const ingestLimits: IngestLimits = {
  archive: 64 * MiB,
  unpacked: 256 * MiB,
  ratio: 100,
  ratioFrom: 8 * MiB,
  entries: 20_000,
  depth: 40,
  path: 1000,
  name: 255,
  box: { files: 1000, bytes: 8 * MiB, depth: 16 },
  held: 64 * MiB,
};
