/** Command lines as they are typed into bash: what `did` shows, ready to be pasted into `drydock shell`. Pure. */
import type { TerminalSize } from '../wire/messages.ts';
import type { RunOptions } from './api.ts';

/** What a word may consist of to need no quotes. `~` and `=` are special in the first place only, so they get quotes. */
const plain = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/;

/** One word of bash that means exactly this text, on one line. */
export function quote(word: string): string {
  if (plain.test(word)) return word;
  // Control characters: in ANSI-C quotes, so that the line stays one line and a terminal shows them.
  if (/[\u0000-\u001f\u007f]/.test(word)) {
    const escaped = word.replace(/[\\'\u0000-\u001f\u007f]/g, (character) => named[character] ?? hex(character));
    return `$'${escaped}'`;
  }
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

const named: Record<string, string> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\t': '\\t', '\r': '\\r' };

function hex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** A whole command. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(quote).join(' ');
}

/** How `box ARGUMENTS` was started: with its input from a pipe and its environment, where it had any. */
export function boxLine(argv: readonly string[], options: Pick<RunOptions, 'input' | 'env'> = {}): string {
  const environment = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value === '' ? '' : quote(value)} `);
  const call = `${environment.join('')}${commandLine(['box', ...argv])}`;
  return options.input === undefined ? call : `printf %s ${quote(options.input)} | ${call}`;
}

/** The arguments of `box` for these options: `run FLAGS -- COMMAND`. */
export function runArguments(options: Pick<RunOptions, 'flags' | 'command'>): string[] {
  return ['run', ...(options.flags ?? []), '--', ...options.command];
}

/** The arguments of `box` for one more command in a container: `exec FLAGS NAME -- COMMAND`. */
export function execArguments(name: string, options: Pick<RunOptions, 'flags' | 'command'>): string[] {
  return ['exec', ...(options.flags ?? []), name, '--', ...options.command];
}

/** What the judge did to a process, as a remark: it can be done only from outside of the container. */
export function signalWords(signal: NodeJS.Signals, to: 'command' | 'box'): string {
  return `kill -${signal.replace(/^SIG/, '')} ${to === 'box' ? 'box' : 'the command'}, from outside`;
}

/** What the judge made of its terminal, as a remark. */
export function resizedWords({ rows, columns }: TerminalSize): string {
  return `make the window ${columns} columns wide and ${rows} rows high`;
}

/** What the judge wrote to a process's standard input, as a remark. */
export function typedWords(text: string): string {
  return `write ${quote(text)} to its standard input`;
}
