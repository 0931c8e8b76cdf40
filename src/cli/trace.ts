/** `drydock trace`: the system calls that make a container, mine beside the reference's. */
import { SandboxError } from '../check/sandbox.ts';
import { toWire } from '../check/tree.ts';
import { readBox } from '../check/workspace.ts';
import { Exit, UserError } from '../errors.ts';
import { findLesson } from '../lesson/find.ts';
import { solutionTree } from '../lesson/lay/trees.ts';
import { harmlessJson } from '../report/index.ts';
import { ask, renderTimeline, renderTrace, tracedAs, tracedBy } from '../trace/index.ts';
import { sandboxLost } from './box.ts';
import type { Command, Context } from './command.ts';
import { chosenKernel, kernelOption } from './kernel-option.ts';
import { currentLesson, openLearner } from './learner.ts';
import { mayReveal } from './reveal.ts';
import { sayState } from './say-state.ts';

export const command: Command = {
  name: 'trace',
  summary: 'the system calls of your box beside those of the reference',
  usage: ['trace [LESSON] [--timeline] [--json] [--yes] [--box COMMAND] [-- run ARGUMENT…]'],
  options: {
    timeline: { type: 'boolean', help: 'only your box, call by call, with what each call changed' },
    json: { type: 'boolean', help: 'one JSON object (drydock.trace/1)' },
    yes: { type: 'boolean', short: 'y', help: 'show the reference\'s calls although the lesson has not passed' },
    box: { type: 'string', value: 'COMMAND', help: 'how to start your box, in /work (else node box/box.ts)' },
    kernel: kernelOption,
  },
  description: [
    'Runs your box and the reference in the sandbox, each in a place of its own, follows both with ptrace(2) and puts the calls that make a '
    + 'container side by side. The first difference is marked and explained. Without arguments after -- it is the container that the lesson '
    + 'is about; a small root file system lies in /tmp/image, a layer for it in /tmp/top. In lesson 12 it is a command that joins a container, '
    + 'which the same box has started before.',
    'With --timeline every call is shown with what was different after it: namespaces, mounts, cgroups, links. The caller is stopped while '
    + 'that is read, before the call and after it.',
  ],
  examples: [
    { type: 'drydock trace', does: 'the current lesson' },
    { type: 'drydock trace 4 --timeline', does: 'what each call of your box changes' },
    { type: 'drydock trace 5 -- run --rootfs /tmp/image -- sh -c id', does: 'another container' },
  ],
  run: async (context) => {
    const learner = openLearner(context);
    const at = context.positionals.indexOf('run');
    const [named, extra] = at < 0 ? context.positionals : context.positionals.slice(0, at);
    if (extra !== undefined) throw new UserError(`\`drydock trace\` does not know what to do with "${extra}".`, { next: ['drydock trace --help'] });
    const lesson = named === undefined ? currentLesson(learner.course, learner.progress) : findLesson(learner.course, named);
    const mine = readBox(context.workspace);
    const alone = context.values['timeline'] === true;
    if (!alone && !await mayReveal(context, learner.progress, lesson, `drydock trace ${lesson.number}`)) return Exit.done;
    const sandbox = context.openSandbox({ root: context.root, workspace: context.workspace, kernel: chosenKernel(context) });
    const stop = sayState(context, sandbox);
    try {
      await sandbox.start();
      const start = context.values['box'];
      const trace = await ask(sandbox, {
        lesson: lesson.id, traced: at < 0 ? tracedBy(lesson.number) : tracedAs(context.positionals.slice(at)), mine,
        reference: alone ? undefined : toWire(solutionTree(learner.course, lesson)),
        ...(typeof start === 'string' ? { command: start } : {}),
        signal: context.signal,
        onProgress: (what) => context.warn(what === 'mine' ? 'Following your box …' : 'Following the reference …'),
      });
      if (context.values['json'] === true) context.print(harmlessJson(trace));
      else context.stdout.write((alone ? renderTimeline : renderTrace)(trace, columnsOf(context)));
      return Exit.done;
    } catch (error) {
      if (context.signal.aborted) return Exit.interrupted;
      throw error instanceof SandboxError ? sandboxLost(error) : error;
    } finally {
      stop();
      await sandbox.close();
    }
  },
};

function columnsOf(context: Context): number {
  return context.stdout.columns ?? 80;
}
