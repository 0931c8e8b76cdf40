/** The table of commands, in the order in which the help shows them. Each is loaded when it is called. */
import { UserError } from '../errors.ts';
import { nearest } from '../lesson/nearest.ts';
import type { Command } from './command.ts';

const table: readonly { name: string; load: () => Promise<{ command: Command }> }[] = [
  { name: 'list', load: () => import('./list.ts') },
  { name: 'read', load: () => import('./read.ts') },
  { name: 'start', load: () => import('./start.ts') },
  { name: 'update', load: () => import('./update.ts') },
  { name: 'check', load: () => import('./check.ts') },
  { name: 'hint', load: () => import('./hint.ts') },
  { name: 'diff', load: () => import('./diff.ts') },
  { name: 'solution', load: () => import('./solution.ts') },
  { name: 'reset', load: () => import('./reset.ts') },
  { name: 'box', load: () => import('./box.ts') },
  { name: 'shell', load: () => import('./shell.ts') },
  { name: 'xray', load: () => import('./xray.ts') },
  { name: 'trace', load: () => import('./trace.ts') },
  { name: 'doctor', load: () => import('./doctor.ts') },
  { name: 'drill', load: () => import('./drill.ts') },
  { name: 'parity', load: () => import('./parity.ts') },
  { name: 'submit', load: () => import('./submit.ts') },
  { name: 'grade', load: () => import('./grade.ts') },
  { name: 'grade merge', load: () => import('./grade-merge.ts') },
  { name: 'course check', load: () => import('./course-check.ts') },
  { name: 'course lay', load: () => import('./course-lay.ts') },
  { name: 'course new', load: () => import('./course-new.ts') },
];

/** The names of all commands; those of two words belong together by the first. */
export const commandNames: readonly string[] = table.map((entry) => entry.name);

/**
 * Finds the command that a command line begins with, and what follows its name.
 *
 * Throws UserError with the nearest names where there is none.
 */
export async function findCommand(argv: readonly string[]): Promise<{ command: Command; rest: readonly string[] }> {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    const entry = table.find((one) => one.name === name && name.split(' ').length === words);
    if (entry) return { command: (await entry.load()).command, rest: argv.slice(words) };
  }
  throw unknownCommand(argv);
}

/** All commands, loaded: for the help. */
export async function allCommands(): Promise<Command[]> {
  return Promise.all(table.map(async (entry) => (await entry.load()).command));
}

function unknownCommand(argv: readonly string[]): UserError {
  const [first = '', second = ''] = argv;
  const group = commandNames.filter((name) => name.startsWith(`${first} `));
  if (group.length) {
    const near = nearest(second, group.map((name) => name.split(' ')[1] ?? ''));
    const message = second && !second.startsWith('-') ? `There is no command \`drydock ${first} ${second}\`.` : `\`drydock ${first}\` needs one more word.`;
    return new UserError(message, { next: [near.length ? `Did you mean ${near.map((word) => `\`drydock ${first} ${word}\``).join(' or ')}?` : `It has: ${group.join(', ')}.`] });
  }
  if (/^\d+$/.test(first)) return new UserError(`There is no command "${first}".`, { next: [`drydock read ${first}`, `drydock start ${first}`] });
  const near = nearest(first, [...commandNames.filter((name) => !name.includes(' ')), 'course', 'help']);
  return new UserError(`There is no command "${first}".`, {
    next: [...(near.length ? [`Did you mean ${near.map((name) => `\`drydock ${name}\``).join(' or ')}?`] : []), 'drydock help   shows them all'],
  });
}
