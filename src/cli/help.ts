/** Help as plain text, at most 80 columns wide. Pure. */
import { wrapText } from '../lesson/text.ts';
import type { Command, OptionSpec } from './command.ts';
import { commonOptions } from './parse.ts';

const WIDTH = 80;

/** The help of one command: what it does, its forms, options and examples. */
export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...commonOptions });
  const heads = options.map(([name, spec]) => optionHead(name, spec));
  const left = Math.max(...heads.map((head) => head.length)) + 4;
  return lines([
    `${capital(command.summary)}.`,
    '',
    ...command.usage.flatMap((form, index) => usageLines(`drydock ${form}`.trim(), index ? '       ' : 'Usage: ')),
    ...(command.description ?? []).flatMap((paragraph) => ['', ...wrapText(paragraph, WIDTH)]),
    '',
    'Options:',
    ...options.flatMap(([, spec], index) => twoColumns(`  ${heads[index] ?? ''}`, spec.help, left)),
    ...(command.examples.length ? ['', 'Examples:', ...examples(command.examples)] : []),
  ]);
}

/** The list of all commands. */
export function overview(commands: readonly Command[]): string {
  return lines([
    'Drydock: build a container runtime, and a real kernel marks it.',
    '',
    'Usage: drydock                       the tutor (without a terminal: the list)',
    '       drydock COMMAND [ARGUMENT…]',
    '',
    ...commands.flatMap((command) => twoColumns(`  ${command.name}`, command.summary, 17)),
    ...twoColumns('  help [COMMAND]', 'what a command does, its options and examples', 17),
    '',
    'LESSON is 5, 05, 05-root or root.',
    '',
    'Exit status: 0 passed or done, 1 not passed, 2 wrong usage, 3 cannot run here,',
    '4 our own fault, 130 interrupted.',
  ]);
}

/** A form that is too long goes on below its first argument. */
function usageLines(form: string, before: string): string[] {
  const [first = '', ...rest] = wrapText(form, WIDTH - before.length - 8);
  return [before + first, ...rest.map((line) => ' '.repeat(before.length + 8) + line)];
}

function optionHead(name: string, spec: OptionSpec): string {
  return `${spec.short ? `-${spec.short}, ` : ''}--${name}${spec.type === 'string' ? ` ${spec.value ?? 'VALUE'}` : ''}`;
}

function examples(list: Command['examples']): string[] {
  const left = Math.max(...list.map((example) => example.type.length)) + 5;
  return list.flatMap((example) => twoColumns(`  ${example.type}`, example.does, left));
}

/** A head and its text beside it; below it where the head is too long. */
function twoColumns(head: string, text: string, left: number): string[] {
  const deep = Math.min(left, 40);
  const wrapped = wrapText(text, WIDTH - deep);
  const first = head.length < deep ? [head.padEnd(deep) + (wrapped.shift() ?? '')] : [head];
  return [...first, ...wrapped.map((line) => ' '.repeat(deep) + line)];
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function lines(list: readonly string[]): string {
  return `${list.map((line) => line.trimEnd()).join('\n')}\n`;
}
