/**
 * Who a process is: ids, groups, capabilities, signals. All from /proc/PID/status.
 */
import { SystemCallError } from '../errors.ts';
import { fact } from '../fact.ts';
import type { Fact } from '../fact.ts';
import { parseStatus, statusLines } from '../status.ts';
import type { CapabilitySets, Ids, ProcessStatus, SignalSets } from '../status.ts';
import { linesOf } from '../text.ts';
import type { Reader } from './reader.ts';

export function status(reader: Reader): Fact<ProcessStatus> {
  const text = reader.text('status');
  return fact(reader.name('status'), parseStatus(text, reader.path('status')), reader.path('status'), linesOf(text));
}

/** A part of the status, with only its own lines as evidence. */
function part<T>(reader: Reader, what: string, keys: readonly string[], pick: (status: ProcessStatus) => T): Fact<T> {
  const source = reader.path('status');
  const text = reader.text('status');
  return fact(reader.name(what), pick(parseStatus(text, source)), source, statusLines(text, keys));
}

/** One letter, the first of the State line. */
export function state(reader: Reader): Fact<string> {
  return part(reader, 'state', ['State'], (all) => all.state);
}

export function parent(reader: Reader): Fact<number> {
  return part(reader, 'parent', ['PPid'], (all) => all.ppid);
}

export function pids(reader: Reader): Fact<number[]> {
  return part(reader, 'pids, one for each pid namespace', ['NSpid'], (all) => [...all.pids]);
}

export function sessions(reader: Reader): Fact<number[]> {
  return part(reader, 'session, by pid namespace', ['NSsid'], (all) => [...all.sessions]);
}

export function processGroups(reader: Reader): Fact<number[]> {
  return part(reader, 'process group, by pid namespace', ['NSpgid'], (all) => [...all.processGroups]);
}

export function uids(reader: Reader): Fact<Ids> {
  return part(reader, 'user ids', ['Uid'], (all) => all.uids);
}

export function gids(reader: Reader): Fact<Ids> {
  return part(reader, 'group ids', ['Gid'], (all) => all.gids);
}

export function groups(reader: Reader): Fact<number[]> {
  return part(reader, 'supplementary groups', ['Groups'], (all) => [...all.groups]);
}

export function capabilities(reader: Reader): Fact<CapabilitySets> {
  return part(reader, 'capabilities', ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'], (all) => all.capabilities);
}

export function noNewPrivileges(reader: Reader): Fact<boolean> {
  return part(reader, 'no_new_privs', ['NoNewPrivs'], (all) => needed(reader, 'NoNewPrivs', all.noNewPrivileges));
}

export function seccomp(reader: Reader): Fact<number> {
  return part(reader, 'seccomp mode', ['Seccomp', 'Seccomp_filters'], (all) => needed(reader, 'Seccomp', all.seccomp));
}

export function signals(reader: Reader): Fact<SignalSets> {
  return part(reader, 'signal masks', ['SigBlk', 'SigIgn', 'SigCgt', 'ShdPnd'], (all) => all.signals);
}

function needed<T>(reader: Reader, key: string, value: T | undefined): T {
  if (value === undefined) throw new SystemCallError('read', `${reader.path('status')}, ${key}`, 'not in this kernel');
  return value;
}
