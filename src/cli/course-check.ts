/** `drydock course check`: the author's gate. */
import os from 'node:os';
import path from 'node:path';
import type { Sandbox } from '../check/types.ts';
import { Exit, UserError } from '../errors.ts';
import { type Problem, problemLine, runGate } from '../author/index.ts';
import { findLesson } from '../lesson/find.ts';
import { loadCourse } from '../lesson/load.ts';
import { type Course, LessonError } from '../lesson/types.ts';
import type { Command, Context } from './command.ts';
import { chosenKernel, kernelOption } from './kernel-option.ts';
import { sayState } from './say-state.ts';

export const command: Command = {
  name: 'course check',
  summary: 'for authors: does every lesson keep what it promises?',
  usage: ['course check [LESSON…] [--static|--quick] [--json] [--jobs N] [--kernel auto|uml|here]'],
  options: {
    static: { type: 'boolean', help: 'only what can be seen without a kernel; takes a second' },
    quick: { type: 'boolean', help: 'a mistake is judged up to its first failing check, earlier lessons with the last solution only: half the time' },
    json: { type: 'boolean', help: 'one JSON object with all problems' },
    jobs: { type: 'string', value: 'N', help: 'how many private kernels to try things in at a time (else one for each core, at most 4)' },
    kernel: kernelOption,
  },
  description: [
    'Looks at the texts and files, then asks the kernel: every starter fails, every solution passes together with all earlier lessons, every mistake gets its '
    + 'name and no other, every experiment prints what the page promises. Problems are printed as FILE:LINE: MESSAGE.',
  ],
  examples: [
    { type: 'drydock course check', does: 'the whole course' },
    { type: 'drydock course check 5', does: 'lesson 5' },
    { type: 'drydock course check --quick', does: 'the whole course, as npm test does it' },
    { type: 'drydock course check --static', does: 'before every commit' },
  ],
  run: async (context) => {
    const json = context.values['json'] === true;
    const say = (line: string) => (json ? context.warn(line) : context.print(line));
    const problems = await gate(context, say);
    if (json) {
      context.print(JSON.stringify({
        schema: 'drydock.course/1', passed: !problems.length, problems: problems.map(({ place, message }) => ({ ...place, message })),
      }));
    } else {
      if (problems.length) context.print();
      for (const problem of problems) context.print(problemLine(problem));
      context.print();
      context.print(problems.length ? `The course is not ready: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}.` : 'The course keeps what it promises.');
    }
    return problems.length ? Exit.notPassed : Exit.done;
  },
};

async function gate(context: Context, say: (line: string) => void): Promise<Problem[]> {
  let course: Course;
  try {
    course = loadCourse(context.root);
  } catch (error) {
    // Nothing can be said about a course whose outline or heads cannot be read, but where that is.
    if (error instanceof LessonError) return [{ place: error.place, message: error.message.slice(`${error.place.file}:${error.place.line}: `.length) }];
    throw error;
  }
  const lessons = context.positionals.length ? context.positionals.map((name) => findLesson(course, name)) : course.lessons;
  if (context.values['static']) return runGate(course, { lessons, say, signal: context.signal });
  const signal = context.signal;
  const sandboxes = await openSandboxes(context, chosenJobs(context));
  try {
    return await runGate(course, { lessons, sandboxes, say, signal, quick: context.values['quick'] === true });
  } finally {
    const [mine, ...extra] = sandboxes;
    await Promise.all([mine?.close(), ...extra.map((sandbox) => sandbox.stop())]);
  }
}

/** The workspace's own kernel, and others that live as long as the gate. This machine's own kernel is there only once. */
async function openSandboxes(context: Context, jobs: number): Promise<Sandbox[]> {
  const kernel = chosenKernel(context);
  const open = (workspace: string) => context.openSandbox({ root: context.root, workspace, kernel });
  const first = open(context.workspace);
  const stop = sayState(context, first);
  try {
    await first.start();
    const kind = first.state.at === 'ready' ? first.state.kernel.kind : 'uml';
    const more = kind === 'uml' ? jobs - 1 : 0;
    // A kernel belongs to a folder's name, and nothing is written there. The names are always the same: each leaves a log.
    return [first, ...Array.from({ length: more }, (_, index) => open(path.join(context.workspace, `.gate-${index + 2}`)))];
  } catch (error) {
    await first.close();
    throw error;
  } finally {
    stop();
  }
}

function chosenJobs(context: Context): number {
  const named = context.values['jobs'];
  if (named === undefined) return Math.min(4, os.availableParallelism());
  const jobs = Number(named);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= 64) return jobs;
  throw new UserError(`--jobs ${String(named)} is not a number of kernels.`, { next: ['drydock course check --jobs 2'] });
}
