/** `drydock submit`: one archive of the learner's box, to be handed in. */
import fs from 'node:fs';
import path from 'node:path';
import { readBox } from '../check/workspace.ts';
import type { WireFile } from '../check/wire.ts';
import { Exit, UserError } from '../errors.ts';
import { CLAIM_FILE } from '../grade/ingest/counts.ts';
import { ingest } from '../grade/ingest/index.ts';
import { visible } from '../grade/ingest/show.ts';
import { pack, type PackedFile } from '../grade/pack.ts';
import { writeAtomic } from '../grade/store.ts';
import { lessonProgress } from '../progress/index.ts';
import type { Command, Context } from './command.ts';
import { chosenLesson, openLearner } from './learner.ts';

export const command: Command = {
  name: 'submit',
  summary: 'pack your box into one archive, to be handed in',
  usage: ['submit [LESSON] [--out FILE]'],
  options: {
    out: { type: 'string', value: 'FILE', help: 'the archive, a .tar.gz (else box-LESSON.tar.gz in your workspace)' },
  },
  description: [
    'Packs the files of your box that count, and which lesson you hand them in for (without LESSON, the current one). Nothing is sent anywhere: you hand in the file. '
    + 'The same box makes the same archive.',
  ],
  examples: [
    { type: 'drydock submit', does: 'for the current lesson' },
    { type: 'drydock submit 5 --out ~/lovelace.tar.gz', does: 'for lesson 5, under a name of your choice' },
  ],
  most: 1,
  run: async (context) => {
    const learner = openLearner(context);
    const lesson = chosenLesson(context, learner);
    const box = readBox(context.workspace);
    const file = chosenFile(context, lesson.id);
    const files = box.map((one) => packed(one, context.workspace));
    const claim = Buffer.from(`${JSON.stringify({ schema: 'drydock.submission/1', lesson: lesson.id })}\n`);
    const write = (some: readonly PackedFile[]): void => {
      const newest = Math.max(1, ...some.map(({ time }) => time));
      writeAtomic(file, pack([...some, { path: CLAIM_FILE, bytes: claim, executable: false, time: newest }]));
    };
    write(files);
    // Read as the grader will read it: what it would not take is said here, and not after the deadline.
    const taken = await ingest(file);
    if (taken.ok) write(files.filter((one) => taken.files.some(({ path: counts }) => one.path === `box/${counts}`)));
    if (!taken.ok) {
      fs.rmSync(file, { force: true });
      throw new UserError(`This box could not be graded. ${taken.reason}`, { next: ['Nothing was packed. Mend it, and run drydock submit again.'] });
    }
    const bytes = fs.statSync(file).size;
    context.print(`${path.relative(context.cwd, file) || file}   ${(bytes / 1024).toFixed(1)} KiB, for ${lesson.id}`);
    context.print();
    for (const { path: name, bytes: size } of taken.files) context.print(`  box/${visible(name)}   ${size} bytes`);
    for (const { path: name, why } of taken.discarded) context.print(`  left out: ${visible(name)} (${why})`);
    context.print();
    if (lessonProgress(learner.progress.state, lesson.id).state !== 'passed') {
      context.print(`${lesson.id} has not passed here yet: drydock check ${lesson.number}`);
    }
    context.print(`SHA-256 of what counts: ${taken.digest}`);
    context.print('Hand in that file as it is.');
    return Exit.done;
  },
};

function chosenFile(context: Context, lesson: string): string {
  const named = context.values['out'];
  if (typeof named !== 'string') return path.join(context.workspace, `box-${lesson}.tar.gz`);
  if (!/\.(?:tar\.gz|tgz)$/i.test(named)) throw new UserError(`"${named}" does not end with .tar.gz, which the archive is.`, { next: [`drydock submit --out ${named}.tar.gz`] });
  return path.resolve(context.cwd, named);
}

/** A file of the box with the time of its last change, in whole seconds. */
function packed({ path: name, base64, executable }: WireFile, workspace: string): PackedFile {
  const time = fs.statSync(path.join(workspace, 'box', name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return { path: `box/${name}`, bytes: Buffer.from(base64, 'base64'), executable: executable === true, time: Math.max(0, Math.floor(time / 1000)) };
}
