/** `drydock drill`: something is broken in a copy of your box; which of four mistakes is it? */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import readline from 'node:readline/promises';
import { SandboxError } from '../check/sandbox.ts';
import { toWire } from '../check/tree.ts';
import { answer, closeDrill, keepDrill, openDrill } from '../drill/store.ts';
import { prepareDrill } from '../drill/prepare.ts';
import type { Drill } from '../drill/types.ts';
import { Exit, UserError } from '../errors.ts';
import { findLesson } from '../lesson/find.ts';
import { treeDiff } from '../lesson/lay/describe.ts';
import { boxFolder, readBox } from '../lesson/lay/workspace.ts';
import type { Lesson } from '../lesson/types.ts';
import { lessonProgress } from '../progress/index.ts';
import { drillJson, questionText, type Revealed, revealedText } from '../report/drill.ts';
import { drillWords } from '../report/drill-words.ts';
import { wantsColour } from '../report/index.ts';
import { attach } from './attach.ts';
import { sandboxLost } from './box.ts';
import type { Command, Context } from './command.ts';
import { commandNames } from './commands.ts';
import { chosenKernel, kernelOption } from './kernel-option.ts';
import { type Learner, openLearner, record } from './learner.ts';
import { mayReveal } from './reveal.ts';
import { sayState } from './say-state.ts';

export const command: Command = {
  name: 'drill',
  summary: 'find what was broken in a copy of your box',
  usage: ['drill [LESSON] [--new] [--seed S] [--json] [--yes] [--kernel auto|uml|here]', 'drill --answer N [--json]', 'drill --shell'],
  options: {
    answer: { type: 'string', value: 'N', help: 'answer the drill that is open: the number of a choice' },
    shell: { type: 'boolean', help: 'a shell in the sandbox, in which `box` is the broken one' },
    new: { type: 'boolean', help: 'another drill, in the place of the one that is open' },
    seed: { type: 'string', value: 'S', help: 'repeat the drill of this seed' },
    json: { type: 'boolean', help: 'one JSON object instead of text' },
    yes: { type: 'boolean', short: 'y', help: 'although the lesson has not passed: a drill shows code of the answer' },
    kernel: kernelOption,
  },
  description: [
    'Takes one of the lesson’s named mistakes and makes it in a copy of your box, in which everything worked. You see what a user would see, look around, '
    + 'and say which mistake it is; then the proof is shown. Your own files are not touched. Where the mistake does not fit into your code, the '
    + 'reference’s box is broken instead, and that is said.',
    'Without LESSON it is the last one that you passed. Every mistake was tried in the kernel before it is asked. The exit status of an answer is 0 if it '
    + 'is right, 1 if not.',
  ],
  examples: [
    { type: 'drydock drill', does: 'a drill on the last lesson you passed' },
    { type: 'drydock drill --shell', does: 'look around beside the broken box' },
    { type: 'drydock drill --answer 2', does: 'it is the second' },
  ],
  most: 1,
  run: async (context) => {
    const learner = openLearner(context);
    if (context.values['shell'] === true) return await shell(context, requireOpen(context));
    const named = context.values['answer'];
    if (named !== undefined) return answerWith(context, learner, requireOpen(context), chosenAnswer(String(named), requireOpen(context)));
    const drill = await theDrill(context, learner);
    if (drill === undefined) return Exit.done;
    say(context, drill);
    return context.interactive && context.values['json'] !== true ? await ask(context, learner, drill) : Exit.done;
  },
};

/** The open drill, where it is the one that is asked for; else a new one. Undefined where somebody would rather not see the answer. */
async function theDrill(context: Context, learner: Learner): Promise<Drill | undefined> {
  const { values, positionals, workspace } = context;
  const open = openDrill(workspace);
  const fresh = values['new'] === true || values['seed'] !== undefined;
  const named = positionals[0];
  const wanted = named === undefined ? undefined : findLesson(learner.course, named);
  if (open && !fresh && (wanted === undefined || wanted.id === open.lesson)) return open;
  const lesson = wanted ?? (open ? findLesson(learner.course, open.lesson) : lastPassed(learner));
  if (!await mayReveal(context, learner.progress, lesson, `drydock drill ${lesson.number}`)) return undefined;
  const sandbox = context.openSandbox({ root: context.root, workspace, kernel: chosenKernel(context) });
  const stop = sayState(context, sandbox);
  try {
    const drill = await prepareDrill({
      course: learner.course, lesson, seed: chosenSeed(context), sandbox, signal: context.signal,
      mine: fs.existsSync(boxFolder(workspace)) ? readBox(workspace) : null,
      onStep: (step) => context.warn(drillWords[step]),
    });
    keepDrill(workspace, drill);
    return drill;
  } catch (error) {
    throw error instanceof SandboxError && !context.signal.aborted ? sandboxLost(error) : error;
  } finally {
    stop();
    await sandbox.close();
  }
}

function say(context: Context, drill: Drill): void {
  if (context.values['json'] === true) return void context.stdout.write(drillJson(drill));
  const { shell: inShell, xray, answerBy } = drillWords;
  const ways = [inShell, ...(commandNames.includes('xray') ? [xray] : []), ...(context.interactive ? [] : [answerBy])];
  context.stdout.write(questionText(drill, ways, look(context)));
}

const look = ({ stdout, env }: Context): { colour: boolean; columns: number } => ({ colour: wantsColour(stdout, env), columns: stdout.columns ?? 80 });

/** Asks on the terminal until there is an answer. */
async function ask(context: Context, learner: Learner, drill: Drill): Promise<number> {
  for (;;) {
    const typed = await line(context, drillWords.prompt(drill.choices.length));
    if (typed === undefined || /^q/i.test(typed)) {
      context.print(drillWords.later);
      return Exit.done;
    }
    if (/^s/i.test(typed)) await shell(context, drill);
    else if (/^[1-9]$/.test(typed) && Number(typed) <= drill.choices.length) return answerWith(context, learner, drill, Number(typed));
  }
}

/** One line from the terminal, trimmed; undefined at its end or after Ctrl-C. */
async function line({ stdin, stdout, signal }: Context, prompt: string): Promise<string | undefined> {
  using lines = readline.createInterface({ input: stdin, output: stdout });
  const over = new Promise<undefined>((resolve) => {
    lines.once('SIGINT', () => resolve(undefined));
    lines.once('close', () => resolve(undefined));
  });
  try {
    return (await Promise.race([lines.question(prompt, { signal }), over]))?.trim();
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AbortError') return undefined;
    throw cause;
  }
}

function answerWith(context: Context, learner: Learner, drill: Drill, choice: number): number {
  const answered = answer(drill, choice);
  record(context, learner.progress, { type: 'drilled', lesson: drill.lesson, right: answered.right });
  closeDrill(context.workspace);
  const { right, of } = lessonProgress(learner.progress.state, drill.lesson).drills ?? { right: 0, of: 0 };
  const revealed: Revealed = { ...answered, proof: drill.proof, diff: treeDiff(drill.before, drill.broken), score: { right, of } };
  if (context.values['json'] === true) context.stdout.write(drillJson(drill, revealed));
  else {
    context.stdout.write(revealedText(drill, revealed, look(context)));
    context.print(drillWords.again(findLesson(learner.course, drill.lesson).number));
  }
  return answered.right ? Exit.done : Exit.notPassed;
}

/** The playground with the broken box; the next `drydock box` or `shell` lays the learner's own there again. */
async function shell(context: Context, drill: Drill): Promise<number> {
  const sandbox = context.openSandbox({ root: context.root, workspace: context.workspace, kernel: chosenKernel(context) });
  const stop = sayState(context, sandbox);
  try {
    await attach(context, sandbox, { argv: ['bash'], box: toWire(drill.broken), cwd: '/work' });
    return Exit.done;
  } catch (error) {
    throw error instanceof SandboxError ? sandboxLost(error) : error;
  } finally {
    stop();
    await sandbox.close();
  }
}

function requireOpen({ workspace }: Context): Drill {
  const drill = openDrill(workspace);
  if (drill) return drill;
  throw new UserError('There is no open drill.', { next: ['drydock drill   makes one on the last lesson that you passed'] });
}

function chosenAnswer(typed: string, { choices }: Drill): number {
  const number = Number(typed);
  if (/^[1-9]$/.test(typed) && number <= choices.length) return number;
  throw new UserError(`"${typed}" is none of the answers.`, { next: [`They are 1 to ${choices.length}; drydock drill shows them.`] });
}

function lastPassed({ course, progress }: Learner): Lesson {
  const passed = course.lessons.findLast(({ id }) => lessonProgress(progress.state, id).state === 'passed');
  if (passed) return passed;
  throw new UserError('No lesson has passed yet, and a drill breaks a box that works.', { next: ['drydock check   judges the lesson you are at', 'drydock drill 1 --yes   all the same, on the reference’s box if need be'] });
}

function chosenSeed({ values }: Context): string {
  const { seed } = values;
  if (typeof seed !== 'string') return randomBytes(4).toString('hex');
  if (/^[\w.-]{1,64}$/.test(seed)) return seed;
  throw new UserError(`"${seed}" is no seed.`, { next: ['A seed is 1 to 64 letters, digits, and . _ -.'] });
}
