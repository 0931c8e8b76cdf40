/**
 * From a save to the first verdict and to the last, with the reference box of lesson 03, warm: what the learner's own
 * process costs in there is measured too, so that what the judge adds can be told.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { family, proportional, withArgument } from './memory.ts';
import { median, mb, ms, repeat, type Row } from './measure.ts';
import { root, Workspace } from '../test/e2e/tutor.ts';
import { kindOf } from '../sandbox/launch/choose.ts';
import { openSandbox } from '../src/check/sandbox.ts';
import { toWire } from '../src/check/tree.ts';
import { loadCourse } from '../src/lesson/load.ts';
import { readTree } from '../src/lesson/tree.ts';
import { solutionTree } from '../src/lesson/lay/trees.ts';

const RUNS = 5;
/** Nobody saves at the very moment of a verdict: so much later everything is at rest, in milliseconds, and the next wall is open. */
const PAUSE = 2_500;
/** What the judge may add to the learner's own process, in milliseconds, by kernel: the private one, and the workbook's own machine's. */
const ADDED = { uml: 400, here: 100 };
const LESSON = '03-pid';

export async function verdict(): Promise<Row[]> {
  using workspace = new Workspace();
  // The keeper's socket lies in the workspace, by which its process is found.
  process.env['XDG_RUNTIME_DIR'] = workspace.folder;
  const course = loadCourse(root);
  const lesson = course.lessons.find(({ id }) => id === LESSON);
  if (!lesson) throw new Error(`the course has no lesson ${LESSON}`);
  const box = toWire(solutionTree(course, lesson));
  const checks = toWire(readTree(lesson.folder)).filter((file) => file.path === 'checks.test.ts' || file.path.startsWith('fixtures/'));
  const kernel = kindOf('auto');
  const sandbox = openSandbox({ root, workspace: workspace.folder, kernel });
  try {
    await sandbox.start();
    const whole: number[] = [];
    const first = await repeat(RUNS, async () => {
      await sleep(PAUSE);
      const began = performance.now();
      let early: number | undefined;
      const { verdict: marks } = await sandbox.check({ lesson: LESSON, checks, box, seed: 'bench' }, { onCheck: () => void (early ??= performance.now() - began) });
      if (!marks.passed) throw new Error(`the reference does not pass:\n${JSON.stringify(marks.checks.filter(({ status }) => status !== 'pass'), null, 1)}`);
      whole.push(performance.now() - began);
      return early ?? Infinity;
    });
    const own = await repeat(RUNS, async () => {
      await sleep(PAUSE);
      const began = performance.now();
      await sandbox.run({ wall: 'playground', box, argv: ['node', '/work/box/box.ts', 'run', '--', 'true'] }, () => {}).ended;
      return performance.now() - began;
    });
    const added = median(first) - median(own);
    const rows: Row[] = [
      { what: `${kernel}: save to the first verdict, less one \`box run\` in the playground`, figure: ms(added), budget: `≤ ${ADDED[kernel]} ms`, holds: added <= ADDED[kernel] },
      { what: `${kernel}: save to the whole verdict of ${LESSON}`, figure: ms(median(whole.slice(1))), budget: '', holds: true },
    ];
    if (kernel === 'here') return [{ what: 'here: save to the first verdict', figure: ms(median(first)), budget: '', holds: true }, ...rows];
    const memory = proportional(withArgument(workspace.folder).flatMap(family));
    return [
      { what: 'uml: save to the first verdict', figure: ms(median(first)), budget: '< 1500 ms', holds: median(first) < 1500 },
      ...rows,
      { what: 'sandbox, checking: memory (Pss)', figure: mb(memory), budget: '≤ 200 MB', holds: memory <= 200 * 1024 },
    ];
  } finally {
    await sandbox.stop();
  }
}
