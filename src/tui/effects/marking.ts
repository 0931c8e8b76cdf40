/**
 * Asks for verdicts: one at a time, the newest request wins, and what was saved last is what is marked. When nothing else is to
 * be marked, the lessons before are, again.
 */
import type { CheckRequest } from '../../check/types.ts';
import type { Lesson } from '../../lesson/types.ts';
import type { Workspace } from '../ports.ts';
import type { Store } from '../store.ts';
import { explain } from './explain.ts';
import type { Kernel } from './kernel.ts';
import { firstSyntaxProblem } from './syntax.ts';

export class Marking {
  readonly #store: Store;
  readonly #kernel: Kernel;
  readonly #workspace: Workspace;
  readonly #seed: () => string;
  #current: AbortController | undefined;
  /** The box that passed last, and in which run. */
  #passed: { run: number; box: CheckRequest['box'] } | undefined;

  constructor(store: Store, kernel: Kernel, workspace: Workspace, seed: () => string) {
    this.#store = store;
    this.#kernel = kernel;
    this.#workspace = workspace;
    this.#seed = seed;
  }

  /** Marks a lesson, instead of what is being marked. Never rejects: what goes wrong becomes an event. */
  async mark(lesson: Lesson, run: number): Promise<void> {
    this.cancel();
    const controller = new AbortController();
    this.#current = controller;
    const { signal } = controller;
    try {
      const sandbox = await this.#kernel.ready();
      if (signal.aborted) return this.#failed(run, '', true);
      // Read only now: what was saved while the kernel booted counts, too.
      const request = this.#workspace.checkRequest(lesson, this.#seed());
      this.#store.dispatch({ type: 'checkBegan', run });
      void this.#lookAtSyntax(request, run);
      const { verdict, leftovers } = await sandbox.check(request, {
        signal,
        onCheck: (result) => this.#store.dispatch({ type: 'checkJudged', run, result }),
      });
      if (verdict.passed) {
        this.#keep(lesson, request.box);
        this.#passed = { run, box: request.box };
      }
      this.#store.dispatch({ type: 'checkEnded', run, verdict, leftovers });
    } catch (error) {
      this.#failed(run, explain(error), signal.aborted);
    } finally {
      if (this.#current === controller) this.#current = undefined;
    }
  }

  /** A full disk takes nothing from a verdict. */
  #keep(lesson: Lesson, box: CheckRequest['box']): void {
    try {
      this.#workspace.keepPassed(lesson, box);
    } catch (error) {
      this.#store.dispatch({ type: 'said', message: { text: explain(error), tone: 'bad' } });
    }
  }

  /**
   * Marks lessons once more, in the background, with the box that passed in this run: meanwhile the reader may start the next
   * lesson, which lays files into the box that nobody has finished yet. The next thing to mark ends it. Never rejects; without a
   * kernel there is just no news.
   */
  async regress(lessons: readonly Lesson[], run: number): Promise<void> {
    const controller = new AbortController();
    this.#current = controller;
    const { signal } = controller;
    try {
      const box = this.#passed?.run === run ? this.#passed.box : this.#workspace.boxFiles();
      const sandbox = await this.#kernel.ready();
      for (const lesson of lessons) {
        if (signal.aborted) return;
        this.#store.dispatch({ type: 'regressionBegan', run, lesson: lesson.id });
        const { verdict } = await sandbox.check({ ...this.#workspace.checkRequest(lesson, this.#seed()), box }, { signal });
        this.#store.dispatch({ type: 'regressed', run, lesson: lesson.id, verdict });
      }
    } catch {
      // Cancelled, or the kernel was lost: the next pass asks again.
    } finally {
      this.#store.dispatch({ type: 'regressionEnded', run });
      if (this.#current === controller) this.#current = undefined;
    }
  }

  cancel(): void {
    this.#current?.abort();
    this.#current = undefined;
  }

  /** Beside the checks, not before them: it explains a verdict, and costs it no time. */
  async #lookAtSyntax(request: CheckRequest, run: number): Promise<void> {
    const problem = await firstSyntaxProblem(request.box);
    if (problem) this.#store.dispatch({ type: 'checkSyntax', run, problem });
  }

  #failed(run: number, why: string, cancelled: boolean): void {
    this.#store.dispatch({ type: 'checkFailed', run, why, cancelled });
  }
}
