/**
 * The tutor: lesson map, reader with experiments and predictions, live verdicts.
 *
 * The door to this folder; only the lines of the X-ray, in xray/, which knows no terminal, are `drydock xray`'s, too. It draws with
 * ink on a terminal that can, and speaks in lines where it cannot.
 */
import crypto from 'node:crypto';
import { Exit, type ExitCode } from '../errors.ts';
import { languagesOf } from '../lesson/language.ts';
import { loadCourse } from '../lesson/load.ts';
import type { Rivals } from './effects/parity.ts';
import { Effects } from './effects/perform.ts';
import type { TutorOptions } from './options.ts';
import { createStage } from './stage.ts';
import { initialState } from './state/init.ts';
import { type Store, createStore } from './store.ts';
import { openWorkspace } from './workspace.ts';

export type { TutorOptions } from './options.ts';

/** True where lines are better than a screen: asked for, a screen reader, a terminal that cannot move its cursor. */
export function wantsPlain({ plain, env }: Pick<TutorOptions, 'plain' | 'env'>): boolean {
  return plain === true || env['INK_SCREEN_READER'] === 'true' || env['TERM'] === 'dumb';
}

/**
 * Runs the tutor on a terminal until it is left. Resolves with 0, or with 130 after Ctrl-C or an abort.
 *
 * Rejects with LessonError where the course's map does not parse, with UserError where progress was written by a newer version,
 * and with BugError where something of ours broke; the terminal is restored in each case.
 */
export async function runTutor(options: TutorOptions): Promise<ExitCode> {
  const { root, env, streams, signal } = options;
  const course = loadCourse(root, languagesOf(env));
  const workspace = openWorkspace(course, options.workspace);
  const plain = wantsPlain(options);
  // chalk, which ink uses, knows FORCE_COLOR but not NO_COLOR, and looks when it is imported.
  const color = !plain && !env['NO_COLOR'];
  if (!color) process.env['FORCE_COLOR'] = '0';
  const { sizeOf, runScreen } = plain ? await import('./plain/run.ts') : await withoutFetch(() => import('./screen.tsx'));
  const stage = createStage();
  let effects: Effects | undefined;
  const initial = initialState({ course, progress: workspace.progress(), size: sizeOf(streams.stdout), lesson: options.lesson, box: workspace.box });
  const store = createStore(initial, (effect) => effects?.perform(effect));
  effects = new Effects({
    store, stage, workspace, env,
    openSandbox: options.openSandbox,
    // What is not for the first frame is loaded when somebody asks for it.
    drills: async () => (await import('./drills.ts')).openDrills(course, options.workspace),
    ...(options.rivals ? { rivals: withRoot(root, options.rivals) } : {}),
    terminal: streams,
    seed: options.seed ?? (() => crypto.randomBytes(6).toString('hex')),
  });
  using _abort = leaveOn(signal, store);
  try {
    return await runScreen({ store, stage, streams, paint: { color, links: color && knowsLinks(env) }, shown: () => effects.begin() });
  } finally {
    await Promise.race([effects.end(), patience()]);
  }
}

/**
 * Imports while there is no global `fetch`. yoga, ink's layout engine, fetches its WebAssembly from a data: URL where it can, and
 * Node loads its whole HTTP client for that, a fifth of the time to the first frame; otherwise it just decodes it.
 */
async function withoutFetch<T>(load: () => Promise<T>): Promise<T> {
  const fetch = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
  if (!fetch?.configurable) return load();
  Reflect.deleteProperty(globalThis, 'fetch');
  try {
    return await load();
  } finally {
    Object.defineProperty(globalThis, 'fetch', fetch);
  }
}

function withRoot(root: string, rivals: NonNullable<TutorOptions['rivals']>): () => Promise<Rivals> {
  return async () => ({ root, ...await rivals() });
}

/** Goodbyes to a sandbox that does not answer are cut short, in milliseconds. */
const PATIENCE = 1500;

async function patience(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, PATIENCE).unref());
}

function leaveOn(signal: AbortSignal | undefined, store: Store): Disposable {
  const leave = (): void => store.dispatch({ type: 'left', code: Exit.interrupted });
  signal?.addEventListener('abort', leave, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener('abort', leave) };
}

/** Terminals that are known to follow OSC 8 links; an older one would print the sequence. */
function knowsLinks(env: TutorOptions['env']): boolean {
  return (
    ['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper'].includes(env['TERM_PROGRAM'] ?? '') ||
    Number(env['VTE_VERSION'] ?? 0) >= 5000 || Number(env['KONSOLE_VERSION'] ?? 0) >= 201200 ||
    env['KITTY_WINDOW_ID'] !== undefined || env['WT_SESSION'] !== undefined
  );
}
