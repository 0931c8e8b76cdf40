/**
 * When a process began, its terminal, its threads.
 */
import { derive, fact } from '../fact.ts';
import type { Fact } from '../fact.ts';
import { parseStat } from '../stat.ts';
import type { ProcessStat } from '../stat.ts';
import type { Reader } from './reader.ts';

/** Numbers of the stat line that are shown as evidence: up to the terminal's foreground group. */
const SHOWN = 8;

function stat(reader: Reader): Fact<ProcessStat> {
  const source = reader.path('stat');
  const text = reader.text('stat');
  const name = text.slice(0, text.lastIndexOf(')') + 1);
  const numbers = text.slice(name.length).trim().split(' ').slice(0, SHOWN - 2);
  return fact(reader.name('stat line'), parseStat(text, source), source, [`${name} ${numbers.join(' ')} …`]);
}

export function startTime(reader: Reader): Fact<number> {
  const all = stat(reader);
  return derive(reader.name('start time'), all.value.startTime, all);
}

/** major:minor of the controlling terminal; see the tty_nr field of proc_pid_stat(5). */
export function terminal(reader: Reader): Fact<string | null> {
  const all = stat(reader);
  const packed = all.value.terminal;
  const device = packed === 0 ? null : `${(packed >> 8) & 0xfff}:${(packed & 0xff) | ((packed >> 12) & 0xfff00)}`;
  return derive(reader.name('controlling terminal'), device, all);
}

export function foregroundGroup(reader: Reader): Fact<number | null> {
  const all = stat(reader);
  return derive(reader.name("terminal's foreground process group"), all.value.foreground < 0 ? null : all.value.foreground, all);
}

/** Thread ids, the main thread's first. */
export function threads(reader: Reader): Fact<number[]> {
  const ids = reader.list('task').map(Number).sort((a, b) => Number(b === reader.pid) - Number(a === reader.pid) || a - b);
  return fact(reader.name('threads'), ids, reader.path('task'), [ids.join(' ')]);
}
