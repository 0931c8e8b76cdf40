/** `drydock parity`: the same isolation probes against your box and real runtimes. */
import { randomBytes } from 'node:crypto';
import { isImageReady } from '../check/images.ts';
import { SandboxError } from '../check/sandbox.ts';
import { toWire } from '../check/tree.ts';
import type { SandboxImage } from '../check/types.ts';
import { readBox } from '../check/workspace.ts';
import { Exit, UserError } from '../errors.ts';
import { findLesson } from '../lesson/find.ts';
import { solutionTree } from '../lesson/lay/trees.ts';
import { loadCourse } from '../lesson/load.ts';
import { nearest } from '../lesson/nearest.ts';
import { ownBox, rivals } from '../parity/contenders.ts';
import { probeAll } from '../parity/probe.ts';
import type { Contender, Scorecard } from '../parity/types.ts';
import { wantsColour } from '../report/index.ts';
import { boxOf, parityWords, scorecardCsv, scorecardJson, scorecardMarkdown, scorecardText } from '../report/parity/index.ts';
import { sandboxLost } from './box.ts';
import type { Command, Context } from './command.ts';
import { chosenKernel, kernelOption } from './kernel-option.ts';
import { sayState } from './say-state.ts';

const formats = ['text', 'json', 'markdown', 'csv'] as const;
type Format = (typeof formats)[number];

export const command: Command = {
  name: 'parity',
  summary: 'your box beside unshare, bubblewrap, runc and crun',
  usage: ['parity [--with-runtimes] [--reference LESSON | --box COMMAND] [--json | --format NAME] [--evidence] [--seed S] [--kernel auto|uml|here]'],
  options: {
    'with-runtimes': { type: 'boolean', help: 'fetch runc, crun and bubblewrap first (3 MB, and 320 MB on disk), if they are not here yet' },
    reference: { type: 'string', value: 'LESSON', help: 'the reference at the end of this lesson, instead of your box' },
    box: { type: 'string', value: 'COMMAND', help: 'how to start your box, in /work (else node box/box.ts): it may be in any language' },
    format: { type: 'string', value: 'NAME', help: `how to write it: ${formats.join(', ')}` },
    json: { type: 'boolean', help: 'one JSON object; the same as --format json' },
    evidence: { type: 'boolean', help: 'also where in the kernel every answer about the box was read' },
    seed: { type: 'string', value: 'S', help: 'repeat a run with the random names and numbers of this seed' },
    kernel: kernelOption,
  },
  description: [
    'Each runtime is asked for the same container: a name, a root, limits, a network. While its command sleeps, the kernel is asked from outside how far it '
    + 'is kept apart: the same questions for all, every answer a fact of the kernel’s. What could not be read is not known, and never good.',
    'The lessons’ sandbox has unshare only. runc, crun and bubblewrap are in a sandbox of their own, which no check ever sees; where it is set up it is '
    + 'used, and --with-runtimes sets it up.',
  ],
  examples: [
    { type: 'drydock parity', does: 'your box and what is here' },
    { type: 'drydock parity --with-runtimes', does: 'and runc, crun and bubblewrap' },
    { type: 'drydock parity --format markdown > parity.md', does: 'to keep' },
  ],
  most: 0,
  run: async (context) => {
    const format = chosenFormat(context);
    const box = chosenBox(context);
    const image = chosenImage(context);
    const seed = chosenSeed(context);
    const sandbox = context.openSandbox({ root: context.root, workspace: context.workspace, kernel: chosenKernel(context), image });
    const stop = sayState(context, sandbox);
    try {
      const card = await probeAll({
        sandbox, image, seed, signal: context.signal, contenders: [box, ...rivals(context.root, image)],
        onProbe: (name, number, all) => context.warn(parityWords.probing(name, number, all)),
      });
      context.stdout.write(written(card, format, context));
      return boxOf(card)?.started ? Exit.done : Exit.notPassed;
    } catch (error) {
      if (context.signal.aborted) return Exit.interrupted;
      throw error instanceof SandboxError ? sandboxLost(error) : error;
    } finally {
      stop();
      await sandbox.close();
    }
  },
};

/** Where the runtimes are set up they are used; where they are not, only if somebody says so: they are a download. */
function chosenImage({ root, env, values }: Context): SandboxImage {
  return values['with-runtimes'] === true || isImageReady('foreign', root, env) ? 'foreign' : 'guest';
}

function chosenBox({ values, root, workspace }: Context): Contender {
  const { reference, box: command } = values;
  if (typeof reference !== 'string') return ownBox(parityWords.yourBox, readBox(workspace), typeof command === 'string' ? command : undefined);
  if (command !== undefined) throw new UserError('--reference and --box exclude each other: which box is it?', { next: ['drydock parity --help'] });
  const course = loadCourse(root);
  return ownBox(parityWords.referenceBox, toWire(solutionTree(course, findLesson(course, reference))));
}

function chosenFormat({ values }: Context): Format {
  const { json, format: named } = values;
  if (json === true && named !== undefined && named !== 'json') throw new UserError(`--json and --format ${String(named)} were given: which of them?`, { next: ['drydock parity --help'] });
  if (json === true) return 'json';
  const format = formats.find((one) => one === (named ?? 'text'));
  if (format) return format;
  const near = nearest(String(named), formats);
  throw new UserError(`There is no format "${String(named)}".`, { next: [...(near.length > 0 ? [`Did you mean ${near.join(' or ')}?`] : []), `--format is one of ${formats.join(', ')}.`] });
}

function chosenSeed({ values }: Context): string {
  const { seed } = values;
  if (typeof seed !== 'string') return randomBytes(4).toString('hex');
  if (/^[\w.-]{1,64}$/.test(seed)) return seed;
  throw new UserError(`"${seed}" is no seed.`, { next: ['A seed is 1 to 64 letters, digits, and . _ -; every scorecard says its own.'] });
}

function written(card: Scorecard, format: Format, { stdout, env, values }: Context): string {
  switch (format) {
    case 'text':
      return scorecardText(card, { colour: wantsColour(stdout, env), evidence: values['evidence'] === true });
    case 'json':
      return scorecardJson(card);
    case 'markdown':
      return scorecardMarkdown(card);
    case 'csv':
      return scorecardCsv(card);
  }
}
