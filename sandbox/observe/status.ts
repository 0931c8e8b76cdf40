/**
 * /proc/PID/status as typed values; see proc_pid_status(5). Pure.
 *
 * A field that this kernel does not have is absent; fields we do not know are kept as text in `fields`.
 */
import { capabilityName } from './capabilities.ts';
import { ParseError } from './errors.ts';
import { signalName } from './signals.ts';
import { integer, linesOf, maskBits, unescapeOctal } from './text.ts';

/** The four ids of a kind, as the judge's user namespace numbers them. */
export type Ids = { readonly real: number; readonly effective: number; readonly saved: number; readonly filesystem: number };

/** Signals by name. `pending` are those waiting for the whole process. */
export type SignalSets = {
  readonly pending: readonly string[];
  readonly blocked: readonly string[];
  readonly ignored: readonly string[];
  readonly caught: readonly string[];
};

/** Capability sets, by name. */
export type CapabilitySets = {
  readonly inheritable: readonly string[];
  readonly permitted: readonly string[];
  readonly effective: readonly string[];
  readonly bounding: readonly string[];
  readonly ambient: readonly string[];
};

export type ProcessStatus = {
  /** The command name (15 bytes at most), escapes undone. */
  readonly name: string;
  /** One letter: R S D Z T t X I. */
  readonly state: string;
  readonly tgid: number;
  readonly pid: number;
  readonly ppid: number;
  /** The pid of the tracer, 0 for none. */
  readonly tracer: number;
  readonly uids: Ids;
  readonly gids: Ids;
  readonly groups: readonly number[];
  /** The process's ids in every pid namespace from the reader's inwards. Just `[pid]` on kernels older than 4.1. */
  readonly pids: readonly number[];
  readonly processGroups: readonly number[];
  readonly sessions: readonly number[];
  readonly threads: number;
  readonly signals: SignalSets;
  readonly capabilities: CapabilitySets;
  readonly noNewPrivileges?: boolean;
  /** 0 off, 1 strict, 2 filter. */
  readonly seccomp?: number;
  readonly umask?: number;
  /** Resident memory in kB; absent for zombies and kernel threads. */
  readonly residentKb?: number;
  /** Every line, by key, as it stands. */
  readonly fields: Readonly<Record<string, string>>;
};

/** Reads the whole text. Throws ParseError where a line that every kernel has is missing or malformed. */
export function parseStatus(text: string, source = 'status'): ProcessStatus {
  const fields = fieldsOf(text, source);
  const line = (key: string): string => `${key}:\t${fields[key] ?? ''}`;
  const words = (key: string): string[] => (fields[key] ?? '').split(/[\t ]+/).filter((word) => word !== '');
  const numbers = (key: string): number[] => words(key).map((word) => integer(word, source, line(key)));
  const number = (key: string): number => integer(words(key)[0], source, line(key));
  const bits = (key: string): number[] => (fields[key] === undefined ? [] : maskBits(fields[key].trim(), source, line(key)));
  // Bit 0 of a signal mask is signal 1.
  const signals = (key: string): string[] => bits(key).map((bit) => signalName(bit + 1));
  const capabilities = (key: string): string[] => bits(key).map(capabilityName);
  const ids = (key: string): Ids => {
    const [real, effective, saved, filesystem] = numbers(key);
    if (real === undefined || effective === undefined || saved === undefined || filesystem === undefined) {
      throw new ParseError(source, line(key), 'expected four ids');
    }
    return { real, effective, saved, filesystem };
  };
  const pid = number('Pid');
  const state = words('State')[0];
  if (state === undefined) throw new ParseError(source, line('State'), 'expected a state letter');
  const inEveryNamespace = (key: string): number[] => (fields[key] === undefined ? [] : numbers(key));
  const pids = inEveryNamespace('NSpid');
  return {
    name: unescapeName(fields['Name'] ?? ''),
    state,
    tgid: number('Tgid'),
    pid,
    ppid: number('PPid'),
    tracer: number('TracerPid'),
    uids: ids('Uid'),
    gids: ids('Gid'),
    groups: numbers('Groups'),
    pids: pids.length > 0 ? pids : [pid],
    processGroups: inEveryNamespace('NSpgid'),
    sessions: inEveryNamespace('NSsid'),
    threads: number('Threads'),
    signals: { pending: signals('ShdPnd'), blocked: signals('SigBlk'), ignored: signals('SigIgn'), caught: signals('SigCgt') },
    capabilities: {
      inheritable: capabilities('CapInh'),
      permitted: capabilities('CapPrm'),
      effective: capabilities('CapEff'),
      bounding: capabilities('CapBnd'),
      ambient: capabilities('CapAmb'),
    },
    ...(fields['NoNewPrivs'] === undefined ? {} : { noNewPrivileges: number('NoNewPrivs') !== 0 }),
    ...(fields['Seccomp'] === undefined ? {} : { seccomp: number('Seccomp') }),
    ...(fields['Umask'] === undefined ? {} : { umask: Number.parseInt(fields['Umask'], 8) }),
    ...(fields['VmRSS'] === undefined ? {} : { residentKb: number('VmRSS') }),
    fields,
  };
}

/** The lines of a status text whose key is one of these, in the text's order, for evidence. */
export function statusLines(text: string, keys: readonly string[]): string[] {
  return linesOf(text).filter((line) => keys.includes(line.slice(0, line.indexOf(':'))));
}

function fieldsOf(text: string, source: string): Record<string, string> {
  // Without a prototype: a key named "constructor" in a text is then only a key.
  const fields = Object.create(null) as Record<string, string>;
  for (const line of linesOf(text)) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new ParseError(source, line, 'expected "Key: value"');
    // Name comes first; a later line of the same key cannot come from the kernel and does not replace it.
    fields[line.slice(0, colon)] ??= line.slice(colon + 1).replace(/^[\t ]/, '');
  }
  return fields;
}

/** Newlines and backslashes in a command name are written `\n` and `\\` (octal on some kernels). */
function unescapeName(text: string): string {
  return unescapeOctal(text.replace(/\\n/g, '\\012').replace(/\\\\/g, '\\134'));
}
