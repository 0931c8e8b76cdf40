/**
 * What a process runs, where it stands and what it holds open.
 */
import type { TerminalSize } from '../../wire/messages.ts';
import { GoneError } from '../errors.ts';
import { fact } from '../fact.ts';
import type { Fact } from '../fact.ts';
import { describeFile } from '../inside.ts';
import type { FileFacts } from '../inside.ts';
import { parseLimits } from '../limits.ts';
import type { Limit } from '../limits.ts';
import { fileOpenIn, sizeOpenIn } from '../opened.ts';
import { isAlive, optional, readProcLink } from '../procfile.ts';
import { linesOf } from '../text.ts';
import type { Reader } from './reader.ts';

/** As shown in evidence: enough to recognise it. */
const SHOWN = 200;

export function argv(reader: Reader): Fact<string[]> {
  const text = reader.text('cmdline');
  // A zombie has an empty one; a living process without any argument is a kernel thread.
  if (text === '' && !isAlive(reader.pid)) throw new GoneError(reader.pid, reader.path('cmdline'));
  const args = strings(text);
  return fact(reader.name('argument vector'), args, reader.path('cmdline'), [shorten(args.join(' '))]);
}

export function environment(reader: Reader): Fact<Record<string, string>> {
  const entries = strings(reader.text('environ'));
  const variables = Object.create(null) as Record<string, string>;
  for (const entry of entries) {
    const equals = entry.indexOf('=');
    // The first of two equal names is the one that getenv(3) finds.
    if (equals > 0) variables[entry.slice(0, equals)] ??= entry.slice(equals + 1);
  }
  return fact(reader.name('environment'), variables, reader.path('environ'), entries.map(shorten));
}

export function exe(reader: Reader): Fact<string> {
  return linkFact(reader, 'executable', 'exe');
}

export function cwd(reader: Reader): Fact<string> {
  return linkFact(reader, 'current directory', 'cwd');
}

export function root(reader: Reader): Fact<string> {
  return linkFact(reader, 'root directory', 'root');
}

export function descriptor(reader: Reader, number: number): Fact<string | null> {
  const target = reader.linkIfAny(`fd/${number}`);
  return fact(reader.name(`descriptor ${number}`), target, reader.path(`fd/${number}`), [target === null ? 'not open' : `${number} -> ${target}`]);
}

export function descriptors(reader: Reader): Fact<Record<number, string>> {
  const targets: Record<number, string> = {};
  for (const number of reader.list('fd').map(Number).sort((a, b) => a - b)) {
    // One that was closed since the list was read is left out.
    const target = optional(() => readProcLink(reader.pid, `fd/${number}`));
    if (target !== undefined) targets[number] = target;
  }
  const lines = Object.entries(targets).map(([number, target]) => `${number} -> ${target}`);
  return reader.steady(() => fact(reader.name('open descriptors'), targets, reader.path('fd'), lines));
}

/** Named after the file and not after the descriptor: three descriptors may be one terminal. */
export function openFile(reader: Reader, number: number): Fact<FileFacts | null> {
  const found = reader.steady(() => fileOpenIn(reader.pid, number));
  const what = found === null ? 'not open' : `${describeFile(found)}, on ${found.device}, opened as ${found.path}`;
  return fact(reader.name(`open file ${number}`), found, reader.path(`fd/${number}`), [what]);
}

export function windowSize(reader: Reader, number: number): Fact<TerminalSize | null> {
  const size = reader.steady(() => sizeOpenIn(reader.pid, number));
  const what = size === null ? 'no terminal' : `${size.rows} rows, ${size.columns} columns`;
  return fact(reader.name(`window size at descriptor ${number}`), size, `TIOCGWINSZ on ${reader.path(`fd/${number}`)}`, [what]);
}

export function limits(reader: Reader): Fact<Record<string, Limit>> {
  const text = reader.text('limits');
  return fact(reader.name('resource limits'), parseLimits(text, reader.path('limits')), reader.path('limits'), linesOf(text));
}

function linkFact(reader: Reader, what: string, name: string): Fact<string> {
  const target = reader.link(name);
  return fact(reader.name(what), target, reader.path(name), [target]);
}

/** NUL-terminated strings. A process may have overwritten the last NUL. */
function strings(text: string): string[] {
  const parts = text.split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
