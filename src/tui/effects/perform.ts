/** Does what the reducer asks for. Every effect reports back with events; none throws. */
import path from 'node:path';
import type { Sandbox } from '../../check/types.ts';
import type { WireFile } from '../../check/wire.ts';
import type { Drills as DrillsPort, Workspace } from '../ports.ts';
import { lessonOf } from '../state/select.ts';
import type { Effect, Message } from '../state/types.ts';
import { type Stage, alone } from '../stage.ts';
import type { Store } from '../store.ts';
import { t } from '../strings.ts';
import { chooseEditor, edit, openWindow } from './editor.ts';
import { Drills } from './drills.ts';
import { Experiments } from './experiments.ts';
import { explain } from './explain.ts';
import { Kernel } from './kernel.ts';
import { Marking } from './marking.ts';
import { Parity, type Rivals } from './parity.ts';
import { type ShellTerminal, runShell } from './shell.ts';
import { type StartOptions, compareFiles, offerOf, startLesson, tellNews, undoStart, update } from './starting.ts';
import { suspendJob } from './suspend.ts';
import { TimeSpent } from './time-spent.ts';
import { Tracing } from './tracing.ts';
import { type Watch, watchBox } from './watch.ts';
import { XrayEffects } from './xray.ts';

export type Outside = {
  store: Store;
  stage: Stage;
  workspace: Workspace;
  openSandbox: () => Sandbox | Promise<Sandbox>;
  terminal: ShellTerminal;
  env: Readonly<Record<string, string | undefined>>;
  seed: () => string;
  drills?: () => Promise<DrillsPort>;
  rivals?: () => Promise<Rivals>;
  /** Milliseconds of a clock; the machine's unless said. */
  now?: () => number;
};

export class Effects {
  readonly #outside: Outside;
  readonly #kernel: Kernel;
  readonly #parity: Parity;
  readonly #drills: Drills;
  readonly #marking: Marking;
  readonly #tracing: Tracing;
  readonly #experiments: Experiments;
  readonly #time: TimeSpent;
  readonly #xray: XrayEffects;
  #watch: Watch | undefined;
  #ended = false;

  constructor(outside: Outside) {
    const { store, workspace, openSandbox, seed } = outside;
    this.#outside = outside;
    this.#kernel = new Kernel(store, openSandbox);
    this.#parity = new Parity(store, workspace, seed, outside.rivals);
    this.#drills = new Drills(store, this.#kernel, seed, outside.drills);
    this.#marking = new Marking(store, this.#kernel, workspace, seed);
    this.#tracing = new Tracing(store, this.#kernel, workspace);
    this.#experiments = new Experiments(store, this.#kernel, workspace);
    this.#time = new TimeSpent(store.state.open, outside.now ?? Date.now, (lesson, seconds) => this.perform({ type: 'record', event: { type: 'spent', lesson, seconds } }));
    this.#xray = new XrayEffects(store, this.#kernel, workspace);
  }

  /**
   * Begins to watch the box, and boots the kernel in the background: the first page is read meanwhile. On a slow machine it may have
   * been left before: then nothing is begun, for nothing would end it, and the process would stay.
   */
  begin(): void {
    if (this.#ended) return;
    const { store, workspace } = this.#outside;
    this.#guard(() => {
      const { lessons } = store.state.course;
      const untouched = lessons.every((lesson) => store.state.progress.lessons[lesson.id]?.started !== true);
      const first = lessons[0];
      // Whoever has nothing yet has nothing to lose: the first lesson is laid at once. A box that is there is asked about.
      const start = untouched && first && store.state.open === first.id ? startLesson(this.#starting, first, { ask: true, thenEdit: false }) : undefined;
      if (!start) this.perform({ type: 'offer', lesson: store.state.open });
      this.#watch = watchBox({ folder: workspace.box, onSave: (files) => store.dispatch({ type: 'saved', files }) });
      return start;
    });
    this.#tellTrouble();
    store.subscribe((after, before) => {
      // What the learner does shows in these; what the kernel says, or our own bookkeeping, is nobody's time.
      const done = after.open !== before.open || after.view !== before.view || after.pages !== before.pages || after.run !== before.run;
      if (done) this.#time.touch(after.open);
    });
    this.perform({ type: 'boot' });
    // The kernel need not wait until all pages have been read for this.
    this.#guard(() => tellNews(this.#starting));
  }

  perform(effect: Effect): void {
    this.#guard(() => this.#do(effect));
  }

  /** Cancels what runs and lets go of everything. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#time.touch(this.#outside.store.state.open);
    this.#time.flush();
    this.#watch?.[Symbol.dispose]();
    this.#parity.cancel();
    this.#drills.cancel();
    this.#marking.cancel();
    this.#tracing.cancel();
    await this.#xray.stop().catch(() => undefined);
    await this.#experiments.close().catch(() => undefined);
    await this.#kernel.close().catch(() => undefined);
  }

  #do(effect: Effect): void | Promise<unknown> {
    const { store, workspace } = this.#outside;
    const lesson = 'lesson' in effect ? lessonOf(store.state, effect.lesson) : undefined;
    switch (effect.type) {
      case 'boot':
        // Why it cannot run here is in the sandbox's state, which the screen shows.
        return this.#kernel.ready().catch(() => undefined);
      case 'quit':
        return undefined;
      case 'record':
        workspace.record(effect.event);
        store.dispatch({ type: 'progress', progress: workspace.progress() });
        return this.#tellTrouble();
      case 'parity':
        return this.#parity.run();
      case 'cancelParity':
        return this.#parity.cancel();
      case 'drill':
        return lesson && this.#drills.make(lesson);
      case 'drillAnswer':
        return this.#drills.answer(effect.drill, effect.choice);
      case 'drillShell':
        return this.#shell(this.#drills.brokenBox());
      case 'cancelDrill':
        return this.#drills.cancel();
      case 'offer':
        return lesson && store.dispatch({ type: 'offered', lesson: lesson.id, offer: offerOf(workspace.plan(lesson)) });
      case 'start':
        return lesson && startLesson(this.#starting, lesson, effect).then((started) => (started && effect.thenEdit ? this.#edit(effect.lesson) : undefined));
      case 'update':
        return update(this.#starting);
      case 'undo':
        undoStart(this.#starting);
        return this.perform({ type: 'offer', lesson: store.state.open });
      case 'compare':
        return lesson && compareFiles(this.#starting, lesson, effect.against);
      case 'check':
        return lesson && this.#marking.mark(lesson, effect.run);
      case 'regress':
        return this.#marking.regress(effect.lessons.map((id) => lessonOf(store.state, id)), effect.run);
      case 'trace':
        return lesson && this.#tracing.follow(lesson, effect.run, effect.reference);
      case 'cancelTrace':
        return this.#tracing.cancel();
      case 'cancelCheck':
        return this.#marking.cancel();
      case 'experiment':
        return lesson && this.#experiments.add({ lesson, number: effect.number, script: effect.script });
      case 'cancelExperiments':
        return this.#experiments.cancel();
      case 'editor':
        return this.#edit(effect.lesson);
      case 'shell':
        return this.#shell();
      case 'xrayWatch':
        return this.#xray.watch();
      case 'xrayStop':
        return this.#xray.stop();
      case 'xrayLook':
        return this.#xray.look();
      case 'xrayStart':
        return this.#xray.start(effect.lesson);
      case 'suspend':
        return alone(this.#outside.stage, suspendJob);
      case 'redraw':
        return alone(this.#outside.stage, () => undefined);
    }
  }

  get #starting(): StartOptions {
    return { store: this.#outside.store, workspace: this.#outside.workspace, changed: () => this.#watch?.settle() };
  }

  async #edit(id: string): Promise<void> {
    const { store, stage, workspace, env } = this.#outside;
    const editor = chooseEditor(env);
    if (!editor) return this.#say(t.message.noEditor, 'warn');
    const files = lessonOf(store.state, id).files.map((file) => path.join(workspace.box, file));
    const where = { cwd: workspace.box, env };
    const failed = (why: string): void => this.#say(t.message.editorFailed(editor.name, why), 'bad');
    if (editor.window) {
      openWindow(editor, files, where, failed);
      return this.#say(t.message.editorOpened(editor.name));
    }
    let why: string | undefined;
    await alone(stage, () => {
      why = edit(editor, files, where);
    });
    if (why !== undefined) failed(why);
  }

  /** `broken`: a drill's box in the place of the learner's. */
  async #shell(broken?: WireFile[]): Promise<void> {
    const { stage, workspace, terminal, env } = this.#outside;
    const sandbox = await this.#kernel.ready();
    await alone(stage, async () => {
      terminal.stdout.write(`${broken ? t.drill.shell : t.shell.enter}\n`);
      await runShell(sandbox, broken ?? workspace.boxFiles(), terminal, { TERM: env['TERM'] ?? 'xterm' });
    });
  }

  #tellTrouble(): void {
    const text = this.#outside.workspace.trouble();
    if (text !== undefined) this.#say(text, 'bad');
  }

  #say(text: string, tone: Message['tone'] = 'plain'): void {
    this.#outside.store.dispatch({ type: 'said', message: { text, tone } });
  }

  /** A learner's disk may be full, a folder gone: that is said, and the tutor goes on. A mistake of ours is not covered up. */
  #guard(work: () => unknown): void {
    const say = (error: unknown): void => {
      if (isOurs(error)) throw error;
      this.#say(explain(error), 'bad');
    };
    try {
      Promise.resolve(work()).catch(say);
    } catch (error) {
      say(error);
    }
  }
}

/** Errors that only a mistake in the program brings about. */
function isOurs(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
