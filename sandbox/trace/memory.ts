/** The memory and the descriptors of a stopped thread, as far as a call's arguments lead there. */
import fs from 'node:fs';

/** What a decoder may read of the caller. Null and undefined where an address or a descriptor leads nowhere. */
export interface Memory {
  bytes(address: bigint, length: number): Buffer | null;
  /** Up to a NUL. `cut`: there was none within the limit. */
  text(address: bigint, limit?: number): { text: Buffer; cut: boolean } | null;
  /** What a descriptor is open on. */
  descriptor(number: number): string | undefined;
  cwd(): string | undefined;
}

/** A page of each string: mount(2) takes no more of its options. */
const LIMIT = 4096;

const PAGE = 4096n;

export function memoryOf(tid: number): Memory {
  const bytes = (address: bigint, length: number): Buffer | null => {
    if (address === 0n || length <= 0 || address > BigInt(Number.MAX_SAFE_INTEGER)) return null;
    return attempt(() => {
      const memory = fs.openSync(`/proc/${tid}/mem`, 'r');
      try {
        const room = Buffer.alloc(length);
        const read = fs.readSync(memory, room, 0, length, Number(address));
        return read === length ? room : null;
      } finally {
        fs.closeSync(memory);
      }
    }) ?? null;
  };
  return {
    bytes,
    text: (address, limit = LIMIT) => {
      const parts: Buffer[] = [];
      let length = 0;
      // Page by page: the one after the string's end may not be there.
      for (let at = address; length < limit;) {
        const part = bytes(at, Math.min(Number(PAGE - (at % PAGE)), limit - length));
        if (part === null) return parts.length === 0 ? null : { text: Buffer.concat(parts), cut: true };
        const end = part.indexOf(0);
        if (end >= 0) return { text: Buffer.concat([...parts, part.subarray(0, end)]), cut: false };
        parts.push(part);
        length += part.length;
        at += BigInt(part.length);
      }
      return { text: Buffer.concat(parts), cut: true };
    },
    descriptor: (number) => attempt(() => fs.readlinkSync(`/proc/${tid}/fd/${number}`)),
    cwd: () => attempt(() => fs.readlinkSync(`/proc/${tid}/cwd`)),
  };
}

/** Whatever fails here fails because the caller is gone, or gave an address that leads nowhere: both are its own affair. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
