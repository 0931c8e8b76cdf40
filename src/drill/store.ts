/**
 * The drill that is open, in workspace/.drill: what was asked, the box that worked and the broken one. The learner's own box is not
 * touched, and is not needed to answer.
 */
import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { CheckResultSchema } from '../check/wire.ts';
import { saving } from '../lesson/lay/workspace.ts';
import { readTree, textFile, writeTree, writeWhole } from '../lesson/tree.ts';
import type { Answered, Drill } from './types.ts';

const DrillSchema = v.object({
  version: v.literal(1),
  lesson: v.string(),
  seed: v.string(),
  on: v.picklist(['yours', 'reference']),
  because: v.optional(v.picklist(['no box', 'does not pass', 'does not fit'])),
  choices: v.pipe(v.array(v.object({ id: v.string(), title: v.string() })), v.minLength(2)),
  mistake: v.string(),
  symptoms: v.array(CheckResultSchema),
  proof: CheckResultSchema,
});

const folderOf = (workspace: string): string => path.join(workspace, '.drill');

/** Keeps a drill in the place of the one before. Throws UserError where the workspace cannot be written. */
export function keepDrill(workspace: string, { before, broken, ...asked }: Drill): void {
  const folder = folderOf(workspace);
  saving(workspace, () => {
    fs.rmSync(folder, { recursive: true, force: true });
    writeTree(path.join(folder, 'before'), before);
    writeTree(path.join(folder, 'broken'), broken);
    // Last: without it there is no drill, whatever else lies there.
    writeWhole(path.join(folder, 'drill.json'), textFile(`${JSON.stringify({ version: 1, ...asked }, null, 2)}\n`));
  });
}

/** The drill that is open; undefined where none is, or what is there cannot be read. */
export function openDrill(workspace: string): Drill | undefined {
  const folder = folderOf(workspace);
  let raw: unknown;
  try {
    raw = JSON.parse(fs.readFileSync(path.join(folder, 'drill.json'), 'utf8'));
  } catch {
    return undefined;
  }
  const read = v.safeParse(DrillSchema, raw);
  if (!read.success || !read.output.choices.some(({ id }) => id === read.output.mistake)) return undefined;
  const { version: _version, because, ...asked } = read.output;
  return { ...asked, ...(because === undefined ? {} : { because }), before: readTree(path.join(folder, 'before')), broken: readTree(path.join(folder, 'broken')) };
}

/** It was answered: there is no open drill any more. */
export function closeDrill(workspace: string): void {
  saving(workspace, () => fs.rmSync(folderOf(workspace), { recursive: true, force: true }));
}

/** What an answer is worth. `choice` counts from 1. */
export function answer({ choices, mistake }: Pick<Drill, 'choices' | 'mistake'>, choice: number): Answered {
  const right = choices.findIndex(({ id }) => id === mistake) + 1;
  return { choice, right: choice === right, answer: right };
}
