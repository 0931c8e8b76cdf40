/** `drydock xray`: a container in the sandbox as the kernel has it. */
import { SandboxError } from '../check/sandbox.ts';
import type { RunHandle, Sandbox } from '../check/types.ts';
import type { Ending, Xray } from '../check/wire.ts';
import { readBox } from '../check/workspace.ts';
import { Exit, UserError } from '../errors.ts';
import { nearest } from '../lesson/nearest.ts';
import { wrapText } from '../lesson/text.ts';
import { typicalRun } from '../lesson/typical.ts';
import { harmlessJson, harmlessText } from '../report/index.ts';
import { lineText } from '../tui/text/line.ts';
import { untrustedLine } from '../tui/text/untrusted.ts';
import { t } from '../tui/strings.ts';
import { type History, noHistory, remember } from '../tui/xray/history.ts';
import { type SectionId, layoutSections, sectionIds } from '../tui/xray/sections.ts';
import { awaitContainer, endingWords } from '../tui/xray/started.ts';
import { sandboxLost } from './box.ts';
import type { Command, Context } from './command.ts';
import { chosenKernel, kernelOption } from './kernel-option.ts';
import { currentLesson, openLearner, textWidth } from './learner.ts';
import { sayState } from './say-state.ts';
import { watching } from './xray-watch.ts';

export const command: Command = {
  name: 'xray',
  summary: 'a container in the sandbox as the kernel has it',
  usage: ['xray [--json] [--watch] [--only SECTION]… [NAME|PID]', 'xray [--json] [--watch] [--only SECTION]… -- run [FLAG…] -- COMMAND…', 'xray [--json] [--watch] [--only SECTION]… --start'],
  options: {
    json: { type: 'boolean', help: 'one JSON object (drydock.xray/1)' },
    watch: { type: 'boolean', help: 'stay, and look again every second; with --json a line each time' },
    only: { type: 'string', value: 'SECTION', multiple: true, help: `one of ${sectionIds.join(', ')}; may be given several times` },
    start: { type: 'boolean', help: 'start a container as your lesson has them, with your box, and end it again' },
    kernel: kernelOption,
  },
  description: [
    'Namespaces, the process tree, capabilities, mounts, layers, cgroup and network of a container that your box has started in the sandbox, '
    + 'each with the file it was read from. Without NAME or PID, the newest. Pids and paths are as `drydock shell` has them.',
    'With a command of box after `--`, that is run, looked at, and ended again.',
  ],
  examples: [
    { type: 'drydock xray', does: 'the container started last' },
    { type: 'drydock xray --watch --only cgroup web', does: 'what the container web uses, live' },
    { type: 'drydock xray -- run --hostname c -- sleep 60', does: 'start one, look, and end it' },
  ],
  run: async (context) => {
    const only = chosenSections(context);
    const argv = commandOf(context);
    const sandbox = context.openSandbox({ root: context.root, workspace: context.workspace, kernel: chosenKernel(context) });
    const stop = sayState(context, sandbox);
    try {
      return argv === undefined ? await show(context, sandbox, only, context.positionals[0]) : await runAndShow(context, sandbox, only, argv);
    } catch (error) {
      throw error instanceof SandboxError ? sandboxLost(error) : error;
    } finally {
      stop();
      await sandbox.close();
    }
  },
};

function chosenSections({ values }: Context): SectionId[] {
  const named = Array.isArray(values['only']) ? (values['only'] as string[]) : [];
  const unknown = named.find((name) => !sectionIds.some((id) => id === name));
  if (unknown !== undefined) {
    throw new UserError(`The X-ray has no section "${unknown}".`, { next: [`There are ${sectionIds.join(', ')}.`, ...nearest(unknown, sectionIds).map((near) => `Did you mean ${near}?`)] });
  }
  return named.length === 0 ? [...sectionIds] : sectionIds.filter((id) => named.includes(id));
}

/** What is to be run inside the sandbox; undefined where a container that runs is meant. */
function commandOf(context: Context): string[] | undefined {
  const [first, ...rest] = context.positionals;
  if (context.values['start'] === true) {
    if (first !== undefined) throw new UserError('Either --start or a container or a command, not both.', { next: ['drydock xray --help'] });
    const { course, progress } = openLearner(context);
    const run = typicalRun(course, currentLesson(course, progress).id);
    if (!run) throw new UserError('This course does not say how its containers are started.', { next: ['drydock xray -- run -- sleep 60'] });
    return run.argv;
  }
  if (first === 'run') return ['box', first, ...rest];
  if (rest.length > 0) throw new UserError(`Only \`box run\` starts a container; "${first}" does not.`, { next: ['drydock xray NAME   a container that runs', 'drydock xray -- run -- sleep 60'] });
  return undefined;
}

async function show(context: Context, sandbox: Sandbox, only: readonly SectionId[], of?: string): Promise<number> {
  const xray = await sandbox.xray(of);
  if (!xray.container) throw missing(xray, of);
  return present(context, only, xray, (history) => look(sandbox, history, of));
}

async function runAndShow(context: Context, sandbox: Sandbox, only: readonly SectionId[], argv: string[]): Promise<number> {
  const said: Buffer[] = [];
  const handle = sandbox.run({ wall: 'playground', box: readBox(context.workspace), argv, cwd: '/work', outputLimit: 64 * 1024 }, (_, bytes) => void said.push(bytes));
  const over: { ending?: Ending } = {};
  handle.ended.then(({ ending }) => (over.ending = ending), () => {});
  try {
    const xray = await awaitContainer(sandbox, handle, argv, context.signal);
    if (!xray.container) throw endedEarly(over.ending ?? (await handle.ended).ending, Buffer.concat(said).toString());
    return await present(context, only, xray, (history) => look(sandbox, history, String(xray.container?.pid)));
  } finally {
    await finished(handle);
  }
}

/** Ends what was started, and waits for that. */
async function finished(handle: RunHandle): Promise<void> {
  handle.finish();
  await handle.ended.catch(() => undefined);
}

type Look = (history: History) => Promise<{ xray: Xray; history: History }>;

const look = async (sandbox: Sandbox, history: History, of: string | undefined): ReturnType<Look> => {
  const xray = await sandbox.xray(of);
  return { xray, history: remember(history, xray) };
};

async function present(context: Context, only: readonly SectionId[], first: Xray, again: Look): Promise<number> {
  const json = context.values['json'] === true;
  const text = (xray: Xray, history: History): string[] => (json ? [harmlessJson(xray)] : textOf(xray, history, textWidth(context), only));
  if (context.values['watch'] !== true) {
    // A rate needs two looks.
    const { xray, history } = json ? { xray: first, history: noHistory } : await pauseAndLook(remember(noHistory, first), again);
    const shown = xray.container ? xray : first;
    context.print(json ? harmlessJson(first, 2) : text(shown, history).join('\n'));
    return Exit.done;
  }
  return watching(context, { first, again, json, text });
}

/** Long enough for a rate, too short to be waited for; milliseconds. */
const MOMENT = 250;

async function pauseAndLook(history: History, again: Look): ReturnType<Look> {
  await new Promise((resolve) => setTimeout(resolve, MOMENT));
  return again(history);
}

/** The X-ray as lines for a width, sections one after the other. */
export function textOf(xray: Xray, history: History, width: number, only: readonly SectionId[]): string[] {
  const { container, containers } = xray;
  if (!container) return wrapText(t.xray.plain.none, width);
  const others = containers.filter(({ id }) => id !== container.id);
  const lines = layoutSections(container, history, width, { only }).flatMap(({ title, lines }) => ['', title, '─'.repeat(title.length), ...lines.map((line) => lineText(line).trimEnd())]);
  const head = [t.xray.title(untrustedLine(container.name), container.pid), untrustedLine(container.command, width)];
  const listed = others.length === 0 ? [] : ['', t.xray.others, ...others.map(({ name, pid, command }) => `  ${untrustedLine(`${name}, process ${pid}: ${command}`, width - 2)}`)];
  return harmlessText([...head, ...lines, ...listed].join('\n')).split('\n');
}

function missing(xray: Xray, of: string | undefined): UserError {
  const names = xray.containers.map(({ name, pid }) => `${untrustedLine(name)} (process ${pid})`);
  if (of !== undefined && names.length > 0) return new UserError(`No container or process ${JSON.stringify(untrustedLine(of))} runs in the sandbox.`, { next: [`There are ${names.join(', ')}.`], exit: Exit.notPassed });
  return new UserError(t.xray.plain.none, {
    next: [
      'drydock xray --start   starts one as your lesson has them, looks, and ends it',
      'drydock xray -- run -- sleep 60   the same with a command of yours',
      'drydock box run -- sleep 1000   in another terminal; then drydock xray',
    ],
    exit: Exit.notPassed,
  });
}

function endedEarly(ending: Ending, said: string): UserError {
  const lines = said.trim() === '' ? [] : said.trim().split('\n').slice(-5).map((line) => `It said: ${untrustedLine(line, 200)}`);
  return new UserError(t.xray.command.ended(endingWords(ending)), { next: lines, exit: Exit.notPassed });
}
