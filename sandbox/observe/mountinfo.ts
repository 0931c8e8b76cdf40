/**
 * /proc/PID/mountinfo as typed values; see proc_pid_mountinfo(5) and mount_namespaces(7). Pure.
 *
 *     36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
 *     id parent dev root point options optional…  - type source super options
 */
import { ParseError } from './errors.ts';
import { integer, linesOf, unescapeOctal } from './text.ts';

/**
 * How mounts and unmounts spread. `peer group` numbers are the kernel's.
 *
 * - `shared`: events go both ways within peer group `shared`
 * - `slave`: events come from peer group `master`, none go back
 * - `shared-slave`: both of the above
 * - `private`: none either way
 * - `unbindable`: private, and cannot be the source of a bind mount
 */
export type Propagation = {
  readonly kind: 'private' | 'shared' | 'slave' | 'shared-slave' | 'unbindable';
  /** Peer group, where shared. */
  readonly shared?: number;
  /** The group it receives from, where a slave. */
  readonly master?: number;
  /** The nearest dominant peer group under the reader's root (propagate_from), where it differs from the master. */
  readonly propagateFrom?: number;
};

/** One line of mountinfo. */
export type Mount = {
  readonly id: number;
  /** The mount it lies on; its own id, or one that is not listed, at the top of the tree. */
  readonly parent: number;
  /** major:minor of the file system, as st_dev has it. */
  readonly device: string;
  /** The directory of the file system that is this mount's root; other than `/` for a bind mount. Ends in `//deleted` where it was removed. */
  readonly root: string;
  /** Where it is mounted, relative to the process's own root. */
  readonly mountPoint: string;
  /** Options of this mount: rw, ro, nosuid, nodev, noexec, relatime, … */
  readonly options: readonly string[];
  readonly propagation: Propagation;
  /** Type, with its subtype where it has one: `fuse.sshfs`. */
  readonly type: string;
  /** The source as it was given to mount(2), or `none`; may be empty. */
  readonly source: string;
  /** Options of the file system (super block): rw, size=…, lowerdir=…, … */
  readonly superOptions: readonly string[];
  /** The line itself, for evidence. */
  readonly line: string;
};

/** All mounts of one mountinfo text, in its order. Throws ParseError naming the line. */
export function parseMountinfo(text: string, source = 'mountinfo'): Mount[] {
  return linesOf(text).map((line) => parseMount(line, source));
}

function parseMount(line: string, source: string): Mount {
  // A source may be the empty string, which leaves two spaces in a row: fields are separated by exactly one.
  const fields = line.split(' ');
  const dash = fields.indexOf('-', 6);
  const [id, parent, device, root, mountPoint, options] = fields;
  const [type, from, ...last] = fields.slice(dash + 1);
  if (dash < 0 || fields.length < dash + 4) throw new ParseError(source, line, 'expected ten or more fields with a "-" before the last three');
  if (device === undefined || !/^\d+:\d+$/.test(device)) throw new ParseError(source, line, 'expected major:minor as the third field');
  if (root === undefined || mountPoint === undefined || options === undefined) throw new ParseError(source, line, 'a field is missing');
  if (type === undefined || from === undefined) throw new ParseError(source, line, 'a field is missing after the "-"');
  return {
    id: integer(id, source, line),
    parent: integer(parent, source, line),
    device,
    root: unescapeOctal(root),
    mountPoint: unescapeOctal(mountPoint),
    options: options.split(','),
    propagation: parsePropagation(fields.slice(6, dash), source, line),
    type: unescapeOctal(type),
    source: unescapeOctal(from),
    // The separator is a bare comma; one that belongs to a value is escaped. A file system may forget to escape a space.
    superOptions: last.join(' ').split(',').map(unescapeOctal),
    line,
  };
}

/** The optional fields. Ones of future kernels are ignored, as proc(5) asks. */
function parsePropagation(fields: readonly string[], source: string, line: string): Propagation {
  const number = (tag: string): number | undefined => {
    const found = fields.find((field) => field.startsWith(`${tag}:`));
    return found === undefined ? undefined : integer(found.slice(tag.length + 1), source, line);
  };
  const shared = number('shared');
  const master = number('master');
  const propagateFrom = number('propagate_from');
  return {
    kind: kindOf(shared !== undefined, master !== undefined, fields.includes('unbindable')),
    ...(shared === undefined ? {} : { shared }),
    ...(master === undefined ? {} : { master }),
    ...(propagateFrom === undefined ? {} : { propagateFrom }),
  };
}

function kindOf(shared: boolean, slave: boolean, unbindable: boolean): Propagation['kind'] {
  if (shared) return slave ? 'shared-slave' : 'shared';
  if (slave) return 'slave';
  return unbindable ? 'unbindable' : 'private';
}

/** Propagation as mountinfo writes it: `shared:1 master:2`, or `private` where it writes nothing. */
export function describePropagation(propagation: Propagation): string {
  const words: string[] = [];
  if (propagation.shared !== undefined) words.push(`shared:${propagation.shared}`);
  if (propagation.master !== undefined) words.push(`master:${propagation.master}`);
  if (propagation.propagateFrom !== undefined) words.push(`propagate_from:${propagation.propagateFrom}`);
  if (propagation.kind === 'unbindable') words.push('unbindable');
  return words.length > 0 ? words.join(' ') : 'private';
}
