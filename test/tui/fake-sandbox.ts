/** A sandbox in memory, for tests of the screen alone: it does what the test says and keeps what it was asked. */
import type { CheckRequest, RunHandle, Sandbox, SandboxState } from '../../src/check/types.ts';
import type { CheckResult, Ending, ParityRun, TraceRun, Verdict, Xray } from '../../src/check/wire.ts';
import { noContainer } from './xray-sample.ts';

export const kernel = { kind: 'uml', release: '6.1.0-test', image: 'sha256:0' } as const;

export function result(id: string, status: CheckResult['status'], more: Partial<CheckResult> = {}): CheckResult {
  return { id, title: `Check ${id}`, points: 1, status, did: '', expected: '', observed: '', evidence: [], durationMs: 5, ...more };
}

export function verdictOf(lesson: string, checks: CheckResult[]): Verdict {
  return { schema: 'drydock.verdict/1', lesson, passed: checks.every((check) => check.status === 'pass'), seed: 'abc', kernel, durationMs: 120, checks };
}

export class FakeSandbox implements Sandbox {
  state: SandboxState = { at: 'idle' };
  asked: CheckRequest[] = [];
  /** The scripts of all experiments, in the order they were run. */
  experiments: string[] = [];
  /** What the next check gives; called with the request. */
  judge: (request: CheckRequest) => CheckResult[] = () => [result('one', 'pass')];
  answer: (script: string) => { output: string; code: number } = (script) => ({ output: `ran ${script}\n`, code: 0 });
  /** What was to be traced; and what that gives, by how many there were. */
  traced: Parameters<Sandbox['trace']>[0][] = [];
  follow: (count: number) => TraceRun = () => ({ argv: [], ending: { code: 0, signal: null }, stderr: '', processes: [], steps: [] });
  /** While set, checks and experiments wait for it. */
  gate: Promise<void> | undefined;
  closed = false;
  #listeners = new Set<(state: SandboxState, note?: string) => void>();
  #ready = Promise.withResolvers<void>();

  become(state: SandboxState, note?: string): void {
    this.state = state;
    if (state.at === 'ready') this.#ready.resolve();
    if (state.at === 'impossible') this.#ready.reject(new Error(state.message));
    for (const listener of this.#listeners) listener(state, note);
  }

  watch(listener: (state: SandboxState, note?: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): Promise<void> {
    return this.#ready.promise;
  }

  async check(request: CheckRequest, options: Parameters<Sandbox['check']>[1] = {}): ReturnType<Sandbox['check']> {
    this.asked.push(request);
    await this.#wait(options.signal);
    const checks = this.judge(request);
    for (const check of checks) options.onCheck?.(check);
    return { verdict: verdictOf(request.lesson, checks), leftovers: [] };
  }

  async experiment(request: Parameters<Sandbox['experiment']>[0], options: Parameters<Sandbox['experiment']>[1] = {}): ReturnType<Sandbox['experiment']> {
    this.experiments.push(request.script);
    await this.#wait(options.signal);
    const { output, code } = this.answer(request.script);
    options.onOutput?.(output);
    return { output, ending: { code, signal: null } };
  }

  async trace(request: Parameters<Sandbox['trace']>[0], options: Parameters<Sandbox['trace']>[1] = {}): ReturnType<Sandbox['trace']> {
    this.traced.push(request);
    await this.#wait(options.signal);
    return this.follow(this.traced.length);
  }

  /** What is looked at; called with what is wanted. */
  looks: (of: string | undefined) => Xray = () => noContainer;
  /** What was asked for at each look. */
  looked: (string | undefined)[] = [];
  /** Set where commands can be run: each gets a pid, and ends when it is finished, or when the test says so. */
  runs: { argv: readonly string[]; end: (ending: Ending, said?: string) => void; finished: boolean }[] | undefined;

  run(request: Parameters<Sandbox['run']>[0], onOutput: Parameters<Sandbox['run']>[1]): RunHandle {
    if (!this.runs) throw new Error('this sandbox runs no commands');
    const { promise, resolve } = Promise.withResolvers<{ ending: Ending; leftovers: [] }>();
    const run = {
      argv: request.argv, finished: false,
      end: (ending: Ending, said = '') => {
        onOutput('stderr', Buffer.from(said));
        resolve({ ending, leftovers: [] });
      },
    };
    this.runs.push(run);
    const none = (): void => {};
    return {
      write: none, end: none, resize: none, signal: none, started: Promise.resolve(3), ended: promise,
      finish: () => {
        run.finished = true;
        run.end({ code: 137, signal: null });
      },
    };
  }

  async xray(of?: string): Promise<Xray> {
    this.looked.push(of);
    return this.looks(of);
  }

  /** What is found of a runtime; called with the request. */
  probe: (request: Parameters<Sandbox['parity']>[0]) => ParityRun = () => ({ did: 'box run -- sleep 1', started: true, refused: [], rows: [], durationMs: 1 });

  async parity(request: Parameters<Sandbox['parity']>[0], options: { signal?: AbortSignal } = {}): ReturnType<Sandbox['parity']> {
    await this.#wait(options.signal);
    return { run: this.probe(request), kernel };
  }

  async reset(): Promise<void> {}

  async close(): Promise<void> {
    this.closed = true;
  }

  async stop(): Promise<void> {}

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const cancelled = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('cancelled')), { once: true });
    });
    await Promise.race([this.gate ?? Promise.resolve(), cancelled]);
  }
}
