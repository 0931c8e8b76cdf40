/** A new lesson to begin with: everything in its place, and the gate naming what is still to be written. */
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { saving } from '../lesson/lay/workspace.ts';
import { textFile, type Tree, writeTree } from '../lesson/tree.ts';
import type { Course } from '../lesson/types.ts';

/**
 * Makes lessons/NN-SLUG after the last lesson of the course and enters it in course.toml.
 *
 * Throws UserError where the slug is no slug or is taken. Returns the new lesson's id and its files, relative to the root.
 */
export function scaffold(course: Course, slug: string): { id: string; files: string[] } {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(slug)) {
    throw new UserError(`"${slug}" cannot be part of a lesson's name.`, { next: ['Lower-case words joined by hyphens, please: drydock course new volumes'] });
  }
  const taken = course.lessons.find((lesson) => lesson.id.slice(3) === slug);
  if (taken) throw new UserError(`There is a lesson ${taken.id} already.`);
  const last = course.lessons.at(-1);
  const number = (last?.number ?? 0) + 1;
  if (number > 99) throw new UserError('A lesson has two digits, and 99 are taken.');
  const id = `${String(number).padStart(2, '0')}-${slug}`;
  const folder = path.join(course.root, 'lessons', id);
  if (fs.existsSync(folder)) throw new UserError(`${folder} is there already, and course.toml does not name it.`, { next: ['Enter it there, or move it away.'] });
  const files = lessonFiles(id, slug, last?.id ?? null);
  saving(course.root, () => {
    writeTree(folder, files);
    enter(path.join(course.root, 'lessons', 'course.toml'), id);
  });
  return { id, files: [...files.keys()].map((name) => `lessons/${id}/${name}`) };
}

/** Adds the lesson to the last part. The file is edited as text: an author's comments stay. */
function enter(file: string, id: string): void {
  const text = fs.readFileSync(file, 'utf8');
  const end = text.lastIndexOf(']');
  const list = text.slice(text.lastIndexOf('lessons'), end);
  const entry = list.includes('\n') ? `${list.trimEnd().endsWith(',') || list.trimEnd().endsWith('[') ? '' : ','}  "${id}",\n` : `${list.trimEnd().endsWith('[') ? '' : ', '}"${id}"`;
  fs.writeFileSync(file, text.slice(0, end) + entry + text.slice(end));
}

function lessonFiles(id: string, slug: string, before: string | null): Tree {
  const files: Record<string, string> = {
    'lesson.md': `+++
id = "${id}"
title = "${slug.replaceAll('-', ' ')}"
minutes = 20
needs = [${before ? `"${before}"` : ''}]
files = ["run.ts"]
goal = "One sentence: what box can do at the end of this lesson."
+++

A question that the reader would like to see answered.

\`\`\`picture
  draw it here, at most 76 columns wide
\`\`\`

## The idea

What the kernel does, in a few sentences, and an experiment that shows it:

\`\`\`sh try
echo hello
\`\`\`
\`\`\`expect
^hello$
\`\`\`

\`\`\`predict
What does the next line print?
( ) one thing
(x) another
---
Why it is so.
\`\`\`

\`\`\`sh try
echo another
\`\`\`
\`\`\`expect
^another$
\`\`\`

## The task

## What just happened

## Where real runtimes do this

## Further reading
`,
    'hints.md': '## 1\n\nPoint: where to look.\n\n## 2\n\nNarrow it down.\n\n## 3\n\nName the call, and show the shape.\n',
    'checks.test.ts': `import { lesson } from '#check';

lesson('${id}', ({ box, check, token }) => {
  const sleeper = box.container({ command: ['sleep', token.seconds()] });

  check('runs', 'The command runs', { points: 1 }, async ({ that }) => {
    const command = await sleeper.command();
    that(command.argv()).equals([...sleeper.argv], 'the command as it was given');
  });
});
`,
    'starter/run.ts': '// TODO(you): what must become true.\n',
    'solution/run.ts': '// The reference.\n',
  };
  return new Map(Object.entries(files).map(([name, text]) => [name, textFile(text)]));
}
