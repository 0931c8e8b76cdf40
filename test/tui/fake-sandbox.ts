/** A sandbox in memory, for tests of the screen alone: it does what the test says and keeps what it was asked. */
import type { CheckRequest, RunHandle, Sandbox, SandboxState } from '../../src/check/types.ts';
import type { CheckResult, TraceRun, Verdict } from '../../src/check/wire.ts';

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

  run(): RunHandle {
    throw new Error('this sandbox runs no commands');
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
