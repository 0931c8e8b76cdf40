/** `drydock` alone: the tutor on a terminal, the list without one. */
import { Exit, type ExitCode } from '../errors.ts';
import type { Command, Context } from './command.ts';
import { chosenKernel, kernelOption } from './kernel-option.ts';
import { currentLesson, openLearner } from './learner.ts';
import { printList } from './list.ts';

export const command: Command = {
  name: '',
  summary: 'the tutor: lessons, experiments and verdicts in one screen',
  usage: ['[--plain] [--kernel auto|uml|here]', 'COMMAND [ARGUMENT…]   (`drydock help` shows them)'],
  options: {
    plain: { type: 'boolean', help: 'one line after another, for screen readers and simple terminals' },
    kernel: kernelOption,
  },
  examples: [
    { type: 'npm start', does: 'opens the tutor where you left it' },
    { type: 'drydock --plain', does: 'the same in lines, without a screen' },
  ],
  most: 0,
  run: async (context) => {
    const kernel = chosenKernel(context);
    const { root, workspace, env, signal, stdin, stdout } = context;
    if (!isReadTerminal(stdin) || !isWriteTerminal(stdout)) return listInstead(context);
    const { runTutor } = await import('../tui/index.tsx');
    return runTutor({
      root, workspace, env, signal,
      openSandbox: () => context.openSandbox({ root, workspace, kernel }),
      rivals: async () => {
        const { isImageReady } = await import('../check/images.ts');
        const image = isImageReady('foreign', root, env) ? 'foreign' : 'guest';
        return { image, open: () => context.openSandbox({ root, workspace, kernel, image }) };
      },
      streams: { stdin, stdout, stderr: process.stderr },
      plain: context.values['plain'] === true,
    });
  },
};

/** The tutor draws on a real terminal and on nothing else. */
function isReadTerminal(stream: unknown): stream is NodeJS.ReadStream {
  return stream instanceof Object && 'isTTY' in stream && stream.isTTY === true;
}

function isWriteTerminal(stream: unknown): stream is NodeJS.WriteStream {
  return stream instanceof Object && 'isTTY' in stream && stream.isTTY === true;
}

/** Without a terminal there is nobody to turn pages: what there is, and what to type. */
function listInstead(context: Context): ExitCode {
  const { course, progress } = openLearner(context);
  const current = course.lessons.length ? currentLesson(course, progress) : null;
  printList(context, course, progress.state, current);
  const number = current?.number ?? 1;
  context.print();
  context.print('This is no terminal, so the tutor does not open. What to type:');
  context.print();
  context.print('  npm start            in a terminal: the tutor');
  context.print(`  npx drydock read ${number}   the lesson as text`);
  context.print(`  npx drydock start ${number}  bring its files into your box`);
  context.print(`  npx drydock check ${number}  let the kernel judge them`);
  context.print('  npx drydock help     everything else');
  return Exit.done;
}
