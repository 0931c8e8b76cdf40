/** `drydock grade merge`: the parts of a class, graded on several machines, as one gradebook. */
import path from 'node:path';
import { merge } from '../grade/merge.ts';
import { Exit, UserError } from '../errors.ts';
import { gradeFormatNames } from '../report/grade/index.ts';
import { harmlessLine } from '../report/index.ts';
import type { Command } from './command.ts';
import { chosenFormats, printTable, writeReports } from './grade-output.ts';

export const command: Command = {
  name: 'grade merge',
  summary: 'for instructors: join the parts of a class that several machines graded',
  usage: ['grade merge DIR… --out DIR [--format NAME,…]'],
  options: {
    out: { type: 'string', value: 'DIR', help: 'where the gradebook and the reports go' },
    format: { type: 'string', value: 'NAME,…', multiple: true, help: `reports to write: ${gradeFormatNames.join(', ')}, all or none (else html,csv)` },
  },
  description: [
    'Takes the folders that `drydock grade --shard` wrote (or single files of their results/), any number of them, in any order: the gradebook is the same to the byte. '
    + 'What is missing, there twice, or contradicts itself is named; the exit status is then 1, and the gradebook is written all the same.',
  ],
  examples: [{ type: 'drydock grade merge part1 part2 part3 --out graded', does: 'one gradebook of three parts' }],
  run: async (context) => {
    const named = context.values['out'];
    if (context.positionals.length === 0) throw new UserError('`drydock grade merge` needs folders that were graded.', { next: ['drydock grade merge part1 part2 --out graded'] });
    if (typeof named !== 'string') throw new UserError('Where should the gradebook go?', { next: ['--out DIR'] });
    const out = path.resolve(context.cwd, named);
    const formats = chosenFormats(context);
    const book = merge(context.positionals, context.cwd);
    for (const file of book.skipped) context.warn(`drydock: ${harmlessLine(file)} is no result, and left out`);
    printTable(context, book, writeReports(out, book, formats));
    return book.troubles.every(({ kind }) => kind === 'double') ? Exit.done : Exit.notPassed;
  },
};
