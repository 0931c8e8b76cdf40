/** Reads a command's arguments. Pure; errors name the nearest option. */
import { parseArgs } from 'node:util';
import { UserError } from '../errors.ts';
import { nearest } from '../lesson/nearest.ts';
import type { Command, Context, OptionSpec } from './command.ts';

/** Options of every command. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  workspace: { type: 'string', value: 'DIR', help: 'the folder that holds your box and your progress (else $DRYDOCK_WORKSPACE, else workspace/)' },
  help: { type: 'boolean', short: 'h', help: 'this help' },
};

export type Parsed = Pick<Context, 'values' | 'positionals'>;

/** Parses what follows the command's name. Throws UserError for what the command does not know. */
export function parseCommand(command: Command, argv: readonly string[]): Parsed {
  const options = { ...command.options, ...commonOptions };
  const [own, passed] = command.passesOn ? splitPassedOn(options, argv) : [argv, []];
  const { tokens } = parseArgs({ args: [...own], options: declared(options), strict: false, allowPositionals: true, tokens: true });
  const values: Record<string, string | boolean | string[]> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!spec) throw unknownOption(command, token.rawName, Object.keys(options));
    if (spec.type === 'boolean') {
      if (token.value !== undefined) throw new UserError(`${token.rawName} takes no value, but "${token.value}" was given.`, { next: [helpOf(command)] });
      values[token.name] = true;
    } else {
      // `--seed --yes` is a seed that was forgotten; a value that begins with a dash is written `--seed=-1`.
      if (!token.value || (!token.inlineValue && token.value.startsWith('-'))) throw new UserError(`${token.rawName} needs a value: ${token.rawName} ${spec.value ?? 'VALUE'}.`, { next: [helpOf(command)] });
      const before = values[token.name];
      values[token.name] = spec.multiple ? [...(Array.isArray(before) ? before : []), token.value] : token.value;
    }
  }
  if (command.most !== undefined && positionals.length > command.most) {
    const extra = positionals.slice(command.most).map((word) => `"${word}"`).join(', ');
    throw new UserError(`\`${['drydock', command.name].filter(Boolean).join(' ')}\` does not know what to do with ${extra}.`, { next: [helpOf(command)] });
  }
  return { values, positionals: [...positionals, ...passed] };
}

/** Whether `--json` was asked for, read without a parser: errors of the parser are JSON, too. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json');
}

/** Our own options first; from the first word that is none of them, everything is somebody else's. */
function splitPassedOn(options: Readonly<Record<string, OptionSpec>>, argv: readonly string[]): [readonly string[], readonly string[]] {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') return [argv.slice(0, i), argv.slice(i + 1)];
    const [name = '', value] = word.replace(/^--/, '').split('=', 2);
    const long = word.startsWith('--') && Object.hasOwn(options, name) ? options[name] : undefined;
    const spec = long ?? Object.values(options).find((one) => one.short !== undefined && word === `-${one.short}`);
    if (!spec) return [argv.slice(0, i), argv.slice(i)];
    if (spec.type === 'string' && value === undefined) i++;
  }
  return [argv, []];
}

function declared(options: Readonly<Record<string, OptionSpec>>): NonNullable<Parameters<typeof parseArgs>[0]>['options'] {
  return Object.fromEntries(Object.entries(options).map(([name, { type, short, multiple }]) =>
    [name, { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) }]));
}

function unknownOption(command: Command, typed: string, known: readonly string[]): UserError {
  const near = typed.startsWith('--') ? nearest(typed.slice(2), known) : [];
  return new UserError(`\`${['drydock', command.name].filter(Boolean).join(' ')}\` has no option ${typed}.`, {
    next: [...(near.length ? [`Did you mean ${near.map((name) => `--${name}`).join(' or ')}?`] : []), helpOf(command)],
  });
}

function helpOf(command: Command): string {
  return `drydock ${[command.name, '--help'].filter(Boolean).join(' ')}`;
}
