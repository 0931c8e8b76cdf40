/**
 * What execve(2) sees in the first bytes of a file: a script with an interpreter, an ELF program with a loader, or nothing
 * it can run; see execve(2) and elf(5). Pure.
 */

export type Program =
  | { readonly kind: 'script'; readonly interpreter: string; readonly argument?: string }
  | { readonly kind: 'elf'; readonly machine: number; /** The dynamic loader; absent in a static program. */ readonly loader?: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unknown' };

/** Bytes that are enough to tell. */
export const PROGRAM_HEAD = 4096;

/** The kernel reads this much of a script's first line (BINPRM_BUF_SIZE). */
const SCRIPT_LINE = 256;

const PT_INTERP = 3;

/** Machines by their number in ELF headers, as uname(2) calls them. */
export const machines: Readonly<Record<number, string>> = { 3: 'i386', 40: 'arm', 62: 'x86_64', 183: 'aarch64', 243: 'riscv64' };

/** Reads the head of a file. Never throws: a damaged header is `unknown`. */
export function programOf(head: Buffer): Program {
  if (head.length === 0) return { kind: 'empty' };
  if (head.toString('latin1', 0, 2) === '#!') return scriptOf(head);
  if (head.toString('latin1', 0, 4) === '\x7fELF') return elfOf(head);
  return { kind: 'unknown' };
}

function scriptOf(head: Buffer): Program {
  const line = head.toString('utf8', 2, Math.min(head.length, SCRIPT_LINE)).split('\n')[0] ?? '';
  // The interpreter ends at the first space or tab; all that follows is one argument. A carriage return belongs to the name.
  const [, interpreter, argument] = /^[ \t]*([^ \t]+)[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
  if (interpreter === undefined) return { kind: 'unknown' };
  return { kind: 'script', interpreter, ...(argument === undefined || argument === '' ? {} : { argument }) };
}

function elfOf(head: Buffer): Program {
  try {
    const wide = head.readUInt8(4) === 2;
    const little = head.readUInt8(5) === 1;
    const half = (at: number): number => (little ? head.readUInt16LE(at) : head.readUInt16BE(at));
    const word = (at: number): number => (little ? head.readUInt32LE(at) : head.readUInt32BE(at));
    const long = (at: number): number => (wide ? Number(little ? head.readBigUInt64LE(at) : head.readBigUInt64BE(at)) : word(at));
    const machine = half(18);
    const [table, size, count] = wide ? [long(32), half(54), half(56)] : [long(28), half(42), half(44)];
    for (let at = table; at < table + size * count; at += size) {
      if (word(at) !== PT_INTERP) continue;
      const [offset, length] = wide ? [long(at + 8), long(at + 32)] : [long(at + 4), long(at + 16)];
      const loader = head.toString('utf8', offset, offset + length).replace(/\0.*$/s, '');
      return loader === '' ? { kind: 'unknown' } : { kind: 'elf', machine, loader };
    }
    return { kind: 'elf', machine };
  } catch (error) {
    // A header that points beyond the bytes that were read.
    if (error instanceof RangeError) return { kind: 'unknown' };
    throw error;
  }
}
