/** The course as the grader needs it: lessons, their checks as files and as a plan, and a version that two machines agree on. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { listChecks, type PlannedCheck } from '../check/plan.ts';
import type { WireFile } from '../check/wire.ts';
import { readChecks } from '../check/workspace.ts';
import type { Course, Lesson } from '../lesson/types.ts';

export type GradedLesson = {
  id: string;
  title: string;
  maxPoints: number;
  plan: readonly PlannedCheck[];
  checks: WireFile[];
  /** SHA-256 of its check files. */
  digest: string;
};

export type GradedCourse = { title: string; version: string; lessons: readonly GradedLesson[] };

/** What judges: everything below sandbox/ that is not the launcher's, the grader itself, and the packages. */
const judging = ['sandbox/agent', 'sandbox/check', 'sandbox/diagnose', 'sandbox/observe', 'sandbox/wall', 'sandbox/wire', 'src/grade', 'package-lock.json'];

/** Loads what is to be graded. Rejects where a lesson's checks cannot be listed. */
export async function loadGraded(course: Course, lessons: readonly Lesson[]): Promise<GradedCourse> {
  const plans = await listChecks(course.root, lessons);
  const graded = lessons.map((lesson): GradedLesson => {
    const plan = plans.get(lesson.id) ?? [];
    const checks = readChecks(lesson.folder);
    const hash = createHash('sha256');
    for (const file of checks) hash.update(`${file.path}\0${file.base64}\n`);
    return { id: lesson.id, title: lesson.title, maxPoints: plan.reduce((sum, { points }) => sum + points, 0), plan, checks, digest: hash.digest('hex') };
  });
  return { title: course.title, version: versionOf(course.root), lessons: graded };
}

/** The package's version and a hash of the sources that judge: by content, so that it is the same on every machine. */
function versionOf(root: string): string {
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const hash = createHash('sha256');
  for (const file of judging.flatMap((name) => filesIn(root, name))) hash.update(`${file}\0`).update(fs.readFileSync(path.join(root, file))).update('\0');
  return `${version}+${hash.digest('hex').slice(0, 12)}`;
}

function filesIn(root: string, name: string): string[] {
  if (fs.statSync(path.join(root, name)).isFile()) return [name];
  return fs.readdirSync(path.join(root, name), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))).sort();
}
