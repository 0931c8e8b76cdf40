/**
 * Grading: forty synthetic submissions, one at a time and two at a time.
 *
 * They are the reference of lesson 1, its starter and a mistake in turn, each with a line of its own so that no two are the same.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openSandbox } from '../src/check/sandbox.ts';
import { probeMachine } from '../src/check/probe.ts';
import { type ClassEvent, gradeClass } from '../src/grade/class.ts';
import { loadGraded } from '../src/grade/course.ts';
import { findSubmissions } from '../src/grade/found.ts';
import { judgeLimits } from '../src/grade/judge.ts';
import type { Grading } from '../src/grade/submission.ts';
import { mistakesOf, mistakeTree, solutionTree, starterTree } from '../src/lesson/lay/trees.ts';
import { loadCourse } from '../src/lesson/load.ts';
import { overlay, textFile, textOf, writeTree } from '../src/lesson/tree.ts';
import { family, proportional } from './memory.ts';
import { mb, ms, type Row } from './measure.ts';

const root = path.resolve(import.meta.dirname, '..');
const MANY = 40;

type Measured = {
  seconds: number;
  results: Awaited<ReturnType<typeof gradeClass>>['results'];
  /** When each was graded, and how long each kernel took to be ready, in milliseconds. */
  at: number[];
  boots: number[];
  /** The most that the grader, its keepers and kernels took at one time, in kB. */
  memory: number;
};

export async function grading(): Promise<Row[]> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock-bench-'));
  try {
    layClass(path.join(scratch, 'class'));
    return rows(await run(scratch, 1), await run(scratch, 2));
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function rows(one: Measured, two: Measured): Row[] {
  const perMinute = ({ seconds }: Measured): number => (MANY / seconds) * 60;
  const judging = one.results.reduce((sum, { lessons }) => sum + lessons.reduce((all, { durationMs }) => all + durationMs, 0), 0);
  const overhead = (one.seconds * 1000 - judging) / MANY;
  const boot = one.boots.reduce((sum, each) => sum + each, 0) / MANY;
  const half = MANY / 2;
  const growth = ((one.at[MANY - 1] ?? 0) - (one.at[half - 1] ?? 0)) / (one.at[half - 1] ?? 1);
  const gain = perMinute(two) / perMinute(one);
  const cores = os.availableParallelism();
  return [
    { what: `${MANY} submissions of one lesson, 1 worker`, figure: `${perMinute(one).toFixed(1)}/min in ${one.seconds.toFixed(0)} s`, budget: '', holds: true },
    { what: `${MANY} submissions of one lesson, 2 workers`, figure: `${perMinute(two).toFixed(1)}/min in ${two.seconds.toFixed(0)} s (×${gain.toFixed(2)})`, budget: cores > 1 ? '×1.4 of one on 2 cores' : 'no slower on 1 core', holds: gain >= (cores > 1 ? 1.4 : 0.9) },
    { what: 'beside the checks, for each submission', figure: `${ms(overhead)}, of which ${ms(boot)} are the kernel’s boot`, budget: 'one boot (+ 15 %)', holds: overhead <= boot * 1.15 },
    { what: 'second half of the class against the first', figure: `×${growth.toFixed(2)}`, budget: 'within ×1.15: the same mix, so linear', holds: growth <= 1.15 },
    { what: 'peak memory, 1 worker', figure: mb(one.memory), budget: '400 MB: grader, keeper, kernel', holds: one.memory <= 400 * 1024 },
    { what: 'peak memory, 2 workers', figure: `${mb(two.memory)} (${mb(two.memory - one.memory)} for the second)`, budget: '300 MB for the second', holds: two.memory - one.memory <= 300 * 1024 },
    { what: 'the same marks with 1 and 2 workers', figure: marks(one) === marks(two) ? 'yes' : 'no', budget: 'yes', holds: marks(one) === marks(two) },
  ];
}

function marks({ results }: Measured): string {
  return JSON.stringify(results.map(({ submission, outcome, points }) => [submission.name, outcome, points]));
}

function layClass(folder: string): void {
  const course = loadCourse(root);
  const [lesson] = course.lessons;
  if (!lesson) throw new Error('the course has no lessons');
  const kinds = [solutionTree(course, lesson), starterTree(course, lesson), solutionTree(course, lesson), ...mistakesOf(lesson).slice(0, 1).map(({ name }) => mistakeTree(course, lesson, name))];
  for (let at = 0; at < MANY; at++) {
    const tree = kinds[at % kinds.length] ?? kinds[0]!;
    const main = tree.get('box.ts');
    const own = main ? new Map([['box.ts', textFile(`${textOf(main) ?? ''}// ${at}\n`)]]) : new Map();
    writeTree(path.join(folder, `student-${String(at).padStart(2, '0')}`, 'box'), overlay(tree, own));
  }
}

/** A sandbox that says how long it took to be ready. */
function timed(boots: number[]): typeof openSandbox {
  return (options) => {
    const sandbox = openSandbox(options);
    const began = performance.now();
    sandbox.watch((state) => {
      if (state.at === 'ready') boots.push(performance.now() - began);
    });
    return sandbox;
  };
}

async function run(scratch: string, workers: number): Promise<Measured> {
  const course = loadCourse(root);
  const boots: number[] = [];
  const setting: Grading = {
    root, kernel: 'uml', seed: 'bench', image: probeMachine('uml').kernel?.id ?? '', limits: judgeLimits, course: await loadGraded(course, course.lessons.slice(0, 1)),
    openSandbox: timed(boots), signal: new AbortController().signal, now: Date.now,
  };
  let memory = 0;
  const sampling = setInterval(() => (memory = Math.max(memory, proportional(family(process.pid)))), 500);
  const at: number[] = [];
  const began = performance.now();
  const onEvent = (event: ClassEvent): void => {
    if (event.event !== 'graded') return;
    at.push(performance.now() - began);
    process.stderr.write(`\r${workers} ${workers === 1 ? 'worker' : 'workers'}: ${event.done}/${event.total} `);
  };
  try {
    using found = await findSubmissions(['class'], scratch);
    const { results } = await gradeClass({ found: found.submissions, salt: 'bench', out: path.join(scratch, `out-${workers}`), workers, grading: setting, onEvent });
    return { seconds: (performance.now() - began) / 1000, results, at, boots, memory };
  } finally {
    clearInterval(sampling);
    process.stderr.write('\n');
  }
}
