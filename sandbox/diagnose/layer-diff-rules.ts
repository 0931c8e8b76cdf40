/**
 * The half of lesson 07's rules (mistakes/07-layers.ts) that is about what `box diff` makes of an upper layer. What it prints
 * is the subject here, so it is a fact.
 */
import { diffs, mistaken, unmentioned } from './layer-helpers.ts';
import type { Diffs } from './layer-helpers.ts';
import type { Rule } from './rule.ts';

const lesson = '07-layers';

export const diffRules: readonly Rule[] = [
  {
    id: 'whiteouts-as-added',
    lesson,
    title: 'What was removed is shown as if it were there',
    why: (scene) =>
      `${list(mistaken(diffs(scene), 'D', 'AC'))} ${mistaken(diffs(scene), 'D', 'AC').length > 1 ? 'were' : 'was'} removed. There is something of that name in the upper layer, and it is a ` +
      'character device: a whiteout. Nobody in the container sees it. It is the way in which overlayfs writes down "no longer".',
    look: 'What does `ls -l` show in the upper layer, and which numbers? lstatSync knows them, too.',
    checks: ['diff'],
    when: (scene) => mistaken(diffs(scene), 'D', 'AC').length > 0,
  },
  {
    id: 'deletions-missing',
    lesson,
    title: 'Nothing is ever deleted, it seems',
    why: (scene) => `${list(unmentioned(diffs(scene), 'D'))} were removed in the container, and no line begins with D. In the upper layer they have left whiteouts.`,
    look: 'What does your loop do with an entry that stands for something that is gone?',
    checks: ['diff'],
    when: (scene) => unmentioned(diffs(scene), 'D').length > 0 && !has(diffs(scene), 'D'),
  },
  {
    id: 'opaque-ignored',
    lesson,
    title: 'A directory that was made anew hides what has gone from the old one',
    why: (scene) =>
      `${list(unmentioned(diffs(scene), 'D'))} ${unmentioned(diffs(scene), 'D').length > 1 ? 'are' : 'is'} gone, and there is no whiteout for it. The directory was removed as a whole and made again, so overlayfs has ` +
      'marked it as opaque: nothing from below shows through. One mark instead of a whiteout for each name.',
    look:
      'Where is that mark, and under which name, now that trusted.* was not to be had? Which names have to be compared in ' +
      'such a directory, and in those inside it?',
    checks: ['diff'],
    // A directory that is shown as deleted itself takes what is in it along: that is another mistake.
    when: (scene) => unmentioned(diffs(scene), 'D').length > 0 && has(diffs(scene), 'D') && mistaken(diffs(scene), 'AC', 'D').length === 0,
  },
  {
    id: 'opaque-means-deleted',
    lesson,
    title: 'A directory that is there is shown as deleted',
    why: (scene) =>
      `${list(mistaken(diffs(scene), 'AC', 'D'))} ${mistaken(diffs(scene), 'AC', 'D').length > 1 ? 'exist' : 'exists'}. The mark "opaque" does not say that a directory is gone, but that what is below it does not count. Many kernels give it ` +
      'to every new directory, since it saves them looking. Docker had just that: `mkdir /foo` was shown as `D /foo`.',
    look: 'Which lines does an opaque directory call for? It is there, and it may have been there before.',
    checks: ['diff'],
    when: (scene) => mistaken(diffs(scene), 'AC', 'D').length > 0,
  },
  {
    id: 'never-looked-below',
    lesson,
    title: 'What was only changed is shown as added',
    why: (scene) =>
      `${list(mistaken(diffs(scene), 'C', 'A'))} ${mistaken(diffs(scene), 'C', 'A').length > 1 ? 'were' : 'was'} there before. Who looks at the upper layer alone cannot tell: a changed file is in it as a whole, as a new one would be.`,
    look: 'What is in the layers below, under the same name? In any of them: the file may be from the lowest.',
    checks: ['diff'],
    when: (scene) => mistaken(diffs(scene), 'C', 'A').length > 0,
  },
  {
    id: 'parents-missing',
    lesson,
    title: 'Directories in which something has changed are not shown',
    why: (scene) => `${list(unmentioned(diffs(scene), 'C'))}: in ${unmentioned(diffs(scene), 'C').length > 1 ? 'these' : 'this'} something was added, changed or deleted. A directory is what is in it, so it has changed, too; Docker lists every one on the way.`,
    look: 'They are in the upper layer, all of them: overlayfs had to bring them up. Who leaves them out?',
    checks: ['diff'],
    when: (scene) => {
      const found = diffs(scene);
      const parents = unmentioned(found, 'C');
      return parents.length > 0 && parents.length === found?.missing.length && parents.every((path) => found.wanted.some((line) => line.slice(2).startsWith(`${path}/`)));
    },
  },
  {
    id: 'listed-twice',
    lesson,
    title: 'What was in two layers is shown twice',
    why: (scene) =>
      `${list(twice(diffs(scene)))}: a line for each layer that has something of this name. But whoever looks into the container sees one file, and it ` +
      'can be gone only once. Layers are how the files are stored; a diff is about what one sees.',
    look: 'How many lists of names do you go through, and in how many of them can a name be?',
    checks: ['diff'],
    when: (scene) => twice(diffs(scene)).length > 0,
  },
  {
    id: 'diff-unsorted',
    lesson,
    title: 'The lines are right, their order is not',
    why:
      'They come in the order in which a file system happens to give its names, or by kind. Two diffs can be compared with ' +
      'each other only if the same changes look the same.',
    look: 'Sort when all of them are there, by what stands after the letter.',
    checks: ['sorted'],
    when: (scene) => {
      const found = diffs(scene);
      return found !== undefined && found.missing.length === 0 && found.extra.length === 0 && found.printed.some((line, index) => line !== found.wanted[index]);
    },
  },
];

/** Some line that was printed begins with this letter. */
function has(found: Diffs | undefined, letter: string): boolean {
  return found?.printed.some((line) => line.startsWith(letter)) === true;
}

/** Paths that were printed with the same letter more than once. */
function twice(found: Diffs | undefined): string[] {
  const lines = found?.printed ?? [];
  return [...new Set(lines.filter((line, index) => lines.indexOf(line) < index).map((line) => line.slice(2)))];
}

function list(paths: readonly string[]): string {
  return paths.length > 1 ? `${paths.slice(0, -1).join(', ')} and ${paths.at(-1)}` : paths.join();
}
