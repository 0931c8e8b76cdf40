/**
 * The arguments of a call as strace(1) prints them, so that the errno doctor and everybody else reads one language. Pure but for
 * what is read of the caller's memory, which is handed in.
 */
import { constants } from 'node:os';
import { flagNames, fsconfigNames, ioctlNames, named, prctlNames, rtnetlinkNames } from './flags.ts';
import type { Memory } from './memory.ts';

/** One call's raw arguments, and what they may point to. */
type Raw = { readonly args: readonly bigint[]; readonly memory: Memory };
type Decoder = (raw: Raw) => string[];

/** Elements of a list of strings that are read. */
const ARRAY = 32;

/** Of netlink(7). */
const NLM_F_ACK = 4;
const NLMSG_ERROR = 2;

const number = ({ args }: Raw, index: number): number => Number(BigInt.asIntN(32, args[index] ?? 0n));
const address = ({ args }: Raw, index: number): string => pointer(args[index] ?? 0n);
const pointer = (value: bigint): string => (value === 0n ? 'NULL' : `0x${value.toString(16)}`);
const text = (raw: Raw, index: number): string => textAt(raw.memory, raw.args[index] ?? 0n);
const octal = (value: number): string => `0${(value & 0o7777).toString(8)}`;

const decoders: Readonly<Record<string, Decoder>> = {
  unshare: (raw) => [named(number(raw, 0), flagNames.clone)],
  setns: (raw) => [descriptor(raw, 0), named(number(raw, 1), flagNames.clone)],
  clone: (raw) => ['child_stack=…', `flags=${cloneFlags(number(raw, 0))}`],
  clone3: (raw) => [`{flags=${clone3Flags(raw)}}`],
  fork: () => [],
  vfork: () => [],
  mount: (raw) => [text(raw, 0), text(raw, 1), text(raw, 2), named(number(raw, 3), flagNames.mount), text(raw, 4)],
  umount2: (raw) => [text(raw, 0), named(number(raw, 1), flagNames.umount)],
  pivot_root: (raw) => [text(raw, 0), text(raw, 1)],
  chroot: (raw) => [text(raw, 0)],
  chdir: (raw) => [text(raw, 0)],
  fchdir: (raw) => [descriptor(raw, 0)],
  open_tree: (raw) => [descriptor(raw, 0), text(raw, 1), named(number(raw, 2), flagNames.openTree)],
  move_mount: (raw) => [descriptor(raw, 0), text(raw, 1), descriptor(raw, 2), text(raw, 3), named(number(raw, 4), flagNames.moveMount)],
  fsopen: (raw) => [text(raw, 0), named(number(raw, 1), flagNames.fsopen)],
  fsconfig: (raw) => [descriptor(raw, 0), fsconfigNames[number(raw, 1)] ?? String(number(raw, 1)), text(raw, 2), number(raw, 1) === 1 ? text(raw, 3) : address(raw, 3), String(number(raw, 4))],
  fsmount: (raw) => [descriptor(raw, 0), named(number(raw, 1), flagNames.fsmount), named(number(raw, 2), flagNames.attributes)],
  mount_setattr: (raw) => [descriptor(raw, 0), text(raw, 1), named(number(raw, 2), flagNames.at), mountAttributes(raw)],
  sethostname: (raw) => [counted(raw, 0, 1), String(number(raw, 1))],
  setdomainname: (raw) => [counted(raw, 0, 1), String(number(raw, 1))],
  mknod: (raw) => [text(raw, 0), ...node(number(raw, 1), number(raw, 2))],
  mknodat: (raw) => [descriptor(raw, 0), text(raw, 1), ...node(number(raw, 2), number(raw, 3))],
  mkdir: (raw) => [text(raw, 0), octal(number(raw, 1))],
  mkdirat: (raw) => [descriptor(raw, 0), text(raw, 1), octal(number(raw, 2))],
  rmdir: (raw) => [text(raw, 0)],
  unlinkat: (raw) => [descriptor(raw, 0), text(raw, 1), named(number(raw, 2), flagNames.at)],
  open: (raw) => [text(raw, 0), named(number(raw, 1), flagNames.open, 'O_RDONLY')],
  openat: (raw) => [descriptor(raw, 0), text(raw, 1), named(number(raw, 2), flagNames.open, 'O_RDONLY')],
  write: (raw) => [descriptor(raw, 0), counted(raw, 1, 2), String(number(raw, 2))],
  pwrite64: (raw) => [descriptor(raw, 0), counted(raw, 1, 2), String(number(raw, 2)), String(number(raw, 3))],
  execve: (raw) => [text(raw, 0), list(raw, 1), `${address(raw, 2)} /* environment */`],
  execveat: (raw) => [descriptor(raw, 0), text(raw, 1), list(raw, 2), `${address(raw, 3)} /* environment */`, named(number(raw, 4), flagNames.at)],
  kill: (raw) => [String(number(raw, 0)), signalName(number(raw, 1))],
  setsid: () => [],
  prctl: (raw) => [prctlNames[number(raw, 0)] ?? String(number(raw, 0)), number(raw, 0) === 1 ? signalName(number(raw, 1)) : String(number(raw, 1))],
  ioctl: (raw) => [descriptor(raw, 0), ioctlNames[number(raw, 1) >>> 0] ?? `0x${(number(raw, 1) >>> 0).toString(16)}`],
  setuid: (raw) => [String(number(raw, 0))],
  setgid: (raw) => [String(number(raw, 0))],
  setgroups: (raw) => [String(number(raw, 0)), '…'],
  setresuid: (raw) => [0, 1, 2].map((index) => String(number(raw, index))),
  setresgid: (raw) => [0, 1, 2].map((index) => String(number(raw, index))),
  capset: () => ['…'],
  seccomp: (raw) => [String(number(raw, 0)), String(number(raw, 1)), '…'],
  sendto: (raw) => [descriptor(raw, 0), netlinkRequest(raw.memory.bytes(raw.args[1] ?? 0n, 16)) ?? '…'],
  sendmsg: (raw) => [descriptor(raw, 0), netlinkRequest(messageHead(raw.args, raw.memory, 16)) ?? '…'],
};

/** The arguments of a watched call, as strace prints them. */
export function decode(name: string, args: readonly bigint[], memory: Memory): string[] {
  return decoders[name]?.({ args, memory }) ?? args.map(pointer);
}

/** True for an argument list of send(2) that asks rtnetlink(7) to change something. */
export function isNetlinkChange(args: readonly string[]): boolean {
  return args[1]?.startsWith('RTM_') === true;
}

/** Text as a C string; what is not printable ASCII as octal escapes. */
export function quote(bytes: Buffer, cut = false): string {
  const simple: Readonly<Record<number, string>> = { 10: '\\n', 9: '\\t', 13: '\\r', 11: '\\v', 12: '\\f', 34: '\\"', 92: '\\\\' };
  const body = [...bytes].map((byte) => simple[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`));
  return `"${body.join('')}"${cut ? '...' : ''}`;
}

function textAt(memory: Memory, at: bigint, limit?: number): string {
  const found = at === 0n ? null : memory.text(at, limit);
  return found === null ? pointer(at) : quote(found.text, found.cut);
}

/** Bytes whose number is another argument. */
function counted(raw: Raw, at: number, length: number): string {
  const most = 256;
  const all = number(raw, length);
  const bytes = raw.memory.bytes(raw.args[at] ?? 0n, Math.min(all, most));
  return bytes === null ? (all === 0 ? '""' : address(raw, at)) : quote(bytes, all > most);
}

function list(raw: Raw, index: number): string {
  const at = raw.args[index] ?? 0n;
  if (at === 0n) return 'NULL';
  const words: string[] = [];
  for (let place = 0; place < ARRAY; place += 1) {
    const each = raw.memory.bytes(at + BigInt(8 * place), 8)?.readBigUInt64LE(0);
    if (each === undefined) return words.length === 0 ? pointer(at) : `[${[...words, pointer(at + BigInt(8 * place))].join(', ')}]`;
    if (each === 0n) return `[${words.join(', ')}]`;
    words.push(textAt(raw.memory, each, 1024));
  }
  return `[${words.join(', ')}, ...]`;
}

function descriptor(raw: Raw, index: number): string {
  const value = number(raw, index);
  if (value === -100) return `AT_FDCWD<${raw.memory.cwd() ?? '?'}>`;
  const target = raw.memory.descriptor(value);
  return target === undefined ? String(value) : `${value}<${target.replaceAll('>', '\\76')}>`;
}

function cloneFlags(value: number): string {
  const signal = value & 0xff;
  const flags = named(value & ~0xff, flagNames.clone, '');
  return [flags, ...(signal === 0 ? [] : [signalName(signal)])].filter((word) => word !== '').join('|') || '0';
}

/** struct clone_args: flags come first, the signal as the fifth. */
function clone3Flags(raw: Raw): string {
  const struct = raw.memory.bytes(raw.args[0] ?? 0n, 40);
  return struct === null ? '?' : cloneFlags(Number(struct.readBigUInt64LE(0) & 0xffffff00n) | Number(struct.readBigUInt64LE(32) & 0xffn));
}

/** struct mount_attr: what to set, what to clear, propagation. */
function mountAttributes(raw: Raw): string {
  const struct = raw.memory.bytes(raw.args[3] ?? 0n, 24);
  if (struct === null) return address(raw, 3);
  const [set, clear, propagation] = [0, 8, 16].map((at) => Number(struct.readBigUInt64LE(at) & 0xffffffffn));
  return `{attr_set=${named(set ?? 0, flagNames.attributes)}, attr_clr=${named(clear ?? 0, flagNames.attributes)}, propagation=${named(propagation ?? 0, flagNames.mount)}}`;
}

function node(mode: number, device: number): string[] {
  const kinds: Readonly<Record<number, string>> = { 0o010000: 'S_IFIFO', 0o020000: 'S_IFCHR', 0o060000: 'S_IFBLK', 0o100000: 'S_IFREG', 0o140000: 'S_IFSOCK' };
  const kind = kinds[mode & 0o170000] ?? octal(mode >> 12);
  const made = `${kind}|${octal(mode)}`;
  const isDevice = kind === 'S_IFCHR' || kind === 'S_IFBLK';
  return isDevice ? [made, `makedev(0x${((device >>> 8) & 0xfff).toString(16)}, 0x${((device & 0xff) | ((device >>> 12) & 0xfff00)).toString(16)})`] : [made];
}

/** The first bytes of what struct msghdr's first iovec points to. */
function messageHead(args: readonly bigint[], memory: Memory, length: number): Buffer | null {
  const header = memory.bytes(args[1] ?? 0n, 32);
  const vector = header === null ? null : memory.bytes(header.readBigUInt64LE(16), 16);
  return vector === null || vector.readBigUInt64LE(8) < BigInt(length) ? null : memory.bytes(vector.readBigUInt64LE(0), length);
}

/** The type in struct nlmsghdr, where it is to change something. With number 0 iproute2 only asks what this kernel can do. */
function netlinkRequest(head: Buffer | null): string | undefined {
  return head !== null && (head.readUInt16LE(6) & NLM_F_ACK) !== 0 && head.readUInt32LE(8) !== 0 ? rtnetlinkNames[head.readUInt16LE(4)] : undefined;
}

/** What rtnetlink(7) answered in a message that a call has received: an error number, 0 for none; undefined for another message. */
export function netlinkAnswer(name: string, args: readonly bigint[], memory: Memory): number | undefined {
  const message = name === 'recvmsg' ? messageHead(args, memory, 20) : memory.bytes(args[1] ?? 0n, 20);
  return message === null || message.readUInt16LE(4) !== NLMSG_ERROR ? undefined : -message.readInt32LE(16);
}

function signalName(value: number): string {
  return Object.entries(constants.signals).find(([, each]) => each === value)?.[0] ?? String(value);
}
