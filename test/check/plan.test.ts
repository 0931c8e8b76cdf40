/** The checks of a lesson, listed without a kernel: the same that a judge would find. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { listChecks } from '../../src/check/plan.ts';
import { loadCourse } from '../../src/lesson/load.ts';

const root = path.resolve(import.meta.dirname, '../..');

test('every lesson of the course is listed, each check once, with its points', async () => {
  const { lessons } = loadCourse(root);
  const plans = await listChecks(root, lessons);
  expect([...plans.keys()]).toEqual(lessons.map(({ id }) => id));
  for (const { id, folder } of lessons) {
    const plan = plans.get(id) ?? [];
    const written = [...fs.readFileSync(path.join(folder, 'checks.test.ts'), 'utf8').matchAll(/^ {2}check\('([a-z0-9-]+)', .*?points: (\d+)/gms)].map(([, check, points]) => `${check} ${points}`);
    expect(plan.map((check) => `${check.id} ${check.points}`)).toEqual(written);
    expect(plan.every(({ title }) => title.length > 0)).toBe(true);
  }
});

test('a check file that defines none, or another lesson, is refused', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock-plan-'));
  try {
    fs.writeFileSync(path.join(folder, 'checks.test.ts'), 'export {};\n');
    await expect(listChecks(root, [{ id: '01-none', folder }])).rejects.toThrow('the lesson 01-none has no checks');
    await expect(listChecks(root, [{ id: '02-other', folder: loadCourse(root).lessons[0]?.folder ?? '' }])).rejects.toThrow('not of 02-other');
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
