/** The README's list of lessons is the course's: every lesson, with its own title, and no other. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadCourse } from '../../src/lesson/load.ts';
import { checkout } from './fixture.ts';

test('the README lists the lessons of the course', () => {
  const readme = fs.readFileSync(path.join(checkout, 'README.md'), 'utf8');
  const listed = [...readme.matchAll(/^\| \d\d \| \[(.+?)\]\(lessons\/(.+?)\/lesson\.md\)/gm)].map(([, title, id]) => `${id}: ${title}`);
  expect(listed).toEqual(loadCourse(checkout).lessons.map(({ id, title }) => `${id}: ${title}`));
});
