/**
 * vitest's worker, kept warm in this thread.
 *
 * `vitest run` is two programs: one that finds, transforms and schedules test files (with Vite: 60 MB and most of its start),
 * and a worker that imports a file and runs what it describes. A judge has one file at a time and needs no transforming, since
 * Node runs TypeScript itself; so only the worker is started here, through vitest's own `vitest/worker`, and this file is the
 * other end of its two protocols:
 * - requests (`start`, `run`) and responses (`started`, `testfileFinished`);
 * - remote calls of the worker's: `{t: 'q', i, m, a}` asks, `{t: 's', i, r | e}` answers (birpc).
 * Test files are imported natively (`experimental.viteModuleRunner: false`), so that they share the judge's modules.
 *
 * Invariant: outside of `run`, the process is as it was: process.exit and the handlers of stray errors are the agent's own.
 */
import path from 'node:path';
import { Writable } from 'node:stream';
import type { RunnerTestCase } from 'vitest';

/** How a file went as a whole: `problems` are what kept it from being run, or went astray while it was; empty if all is well. */
export type FileRun = { problems: string[] };

type WorkerMessage = { __vitest_worker_response__?: true; type?: string; error?: unknown } & { t?: string; i?: string; m?: string; a?: unknown[] };

const STRAY = ['uncaughtException', 'unhandledRejection'] as const;

/** The worker's remote calls that expect something; every other is answered with nothing. */
const answers: Record<string, (...values: unknown[]) => unknown> = {
  getCountOfFailedTests: () => 0,
  onTaskArtifactRecord: (_test, artifact) => artifact,
  resolveSnapshotPath: (file) => `${String(file)}.snap`,
  fetch: (id) => {
    throw new Error(`vitest asked for ${String(id)} to be transformed; the judge transforms nothing`);
  },
};

export class WarmVitest {
  readonly #root: string;
  readonly #toWorker = new Set<(message: unknown) => void>();
  #waiting: { type: string; resolve: (message: WorkerMessage) => void } | undefined;
  #problems: string[] = [];
  /** Gives the process back to the agent; set while a file runs. */
  #giveBack: (() => void) | undefined;

  private constructor(root: string) {
    this.#root = root;
  }

  /** Imports vitest, starts the worker and runs one empty file. `root`: the folder below which test files will be. */
  static async start(root: string): Promise<WarmVitest> {
    const vitest = new WarmVitest(root);
    const { init, runBaseTests, setupEnvironment } = await importWorker();
    init({
      post: (message) => vitest.#receive(message as WorkerMessage),
      on: (listener) => vitest.#toWorker.add(listener),
      off: (listener) => vitest.#toWorker.delete(listener),
      runTests: (state, traces) => runBaseTests('run', state, traces),
      collectTests: (state, traces) => runBaseTests('collect', state, traces),
      setup: setupEnvironment,
    });
    const started = await vitest.#ask('started', {
      type: 'start',
      poolId: 1,
      workerId: 1,
      options: { reportMemory: false },
      context: { environment: nodeEnvironment, config: configFor(root), pool: 'threads' },
      traces: { enabled: false },
    });
    if (started.error !== undefined) throw new Error(`vitest did not start: ${describe(started.error)}`);
    const { problems } = await vitest.run(path.join(import.meta.dirname, 'judge-empty.test.ts'), () => {});
    if (problems.length > 0) throw new Error(`vitest did not run an empty file: ${problems.join('; ')}`);
    return vitest;
  }

  /** Runs one test file. `onTest` is called as each of its tests ends. */
  async run(file: string, onTest: (test: RunnerTestCase) => void): Promise<FileRun> {
    if (this.#waiting) throw new Error('vitest is running a file already');
    const { listening } = await import('./judge-runner.ts');
    this.#problems = [];
    using _own = this.#takeProcess();
    using _listener = listening({ test: onTest, file: (problem) => this.#problems.push(problem) });
    const finished = await this.#ask('testfileFinished', {
      type: 'run',
      context: {
        files: [{ filepath: file }],
        invalidates: [],
        workerId: 1,
        providedContext: {},
        environment: nodeEnvironment,
        config: configFor(this.#root),
      },
    });
    if (finished.error !== undefined) this.#problems.push(describe(finished.error));
    return { problems: this.#problems };
  }

  /** Skips every test that has not begun. The one that runs must end by itself; the process is the agent's again at once. */
  cancel(): void {
    this.#giveBack?.();
    this.#send({ t: 'q', m: 'onCancel', a: ['keyboard-input'] });
  }

  #ask(type: string, request: object): Promise<WorkerMessage> {
    return new Promise((resolve) => {
      this.#waiting = { type, resolve };
      this.#send({ __vitest_worker_request__: true, ...request });
    });
  }

  #send(message: unknown): void {
    queueMicrotask(() => this.#toWorker.forEach((listener) => listener(message)));
  }

  #receive(message: WorkerMessage): void {
    if (message.__vitest_worker_response__) {
      const waiting = this.#waiting;
      if (waiting === undefined || message.type !== waiting.type) return;
      this.#waiting = undefined;
      waiting.resolve(message);
    } else if (message.t === 'q') {
      void this.#answer(message);
    }
  }

  async #answer({ i, m = '', a = [] }: WorkerMessage): Promise<void> {
    if (m === 'onUnhandledError') this.#problems.push(describe(a[0]));
    try {
      const result = await answers[m]?.(...a);
      if (i !== undefined) this.#send({ t: 's', i, r: result });
    } catch (error) {
      if (i !== undefined) this.#send({ t: 's', i, e: error });
    }
  }

  /**
   * For the length of a run, stray errors are this run's problems, and nobody can end the process. Vitest wants the same, and
   * does it once and for good when it imports its first file; that is undone, too.
   */
  #takeProcess(): Disposable {
    const { exit } = process;
    const before = STRAY.map((event) => [event, process.listeners(event as 'uncaughtException')] as const);
    const caught = (error: unknown): void => void this.#problems.push(describe(error));
    for (const event of STRAY) {
      process.removeAllListeners(event);
      process.on(event, caught);
    }
    process.exit = (code) => {
      throw new Error(`process.exit(${code ?? ''}) was called in a check`);
    };
    this.#giveBack = () => {
      this.#giveBack = undefined;
      process.exit = exit;
      for (const [event, listeners] of before) {
        process.removeAllListeners(event);
        for (const listener of listeners) process.on(event, listener);
      }
    };
    return { [Symbol.dispose]: () => this.#giveBack?.() };
  }
}

/**
 * Imports vitest's worker. It takes hold of standard output and error for good when it is imported, and flushes them after every
 * file; in the agent these are the line to the keeper, which is nobody else's to touch. So it gets two that lead nowhere.
 */
async function importWorker(): Promise<typeof import('vitest/worker')> {
  const names = ['stdout', 'stderr'] as const;
  const own = names.map((name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const);
  for (const name of names) {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    Object.defineProperty(process, name, { configurable: true, enumerable: true, value: nowhere });
  }
  try {
    return await import('vitest/worker');
  } finally {
    for (const [name, descriptor] of own) if (descriptor) Object.defineProperty(process, name, descriptor);
  }
}

const nodeEnvironment = { name: 'node', options: null };

/**
 * The configuration as a worker gets it. There is no writing of snapshots, no coverage and no isolation; checks run one after
 * the other, in the order they are written in.
 */
function configFor(root: string): object {
  return {
    root,
    name: 'drydock',
    runner: path.join(import.meta.dirname, 'judge-runner.ts'),
    pool: 'threads',
    isolate: false,
    maxWorkers: 1,
    maxConcurrency: 1,
    // Checks have limits of their own, which end what the learner started; this one is for a check that hangs by itself.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    retry: 0,
    bail: 0,
    passWithNoTests: false,
    allowOnly: false,
    sequence: { shuffle: false, concurrent: false, seed: 1, hooks: 'stack', setupFiles: 'list' },
    setupFiles: [],
    tags: [],
    strictTags: false,
    globals: false,
    watch: false,
    disableConsoleIntercept: true,
    disableColors: true,
    includeTaskLocation: false,
    clearMocks: false,
    mockReset: false,
    restoreMocks: false,
    unstubEnvs: false,
    unstubGlobals: false,
    env: {},
    defines: {},
    serializedDefines: '',
    expect: {},
    snapshotSerializers: [],
    snapshotOptions: { updateSnapshot: 'none', expand: false, snapshotFormat: {}, snapshotEnvironment: {} },
    coverage: { enabled: false },
    benchmark: { enabled: false },
    browser: {},
    deps: { web: {}, optimizer: {} },
    inspector: {},
    experimental: { viteModuleRunner: false, nodeLoader: false, recordDependencies: false, importDurations: { limit: 0 }, traceTimeline: false },
  };
}

/** An error, as vitest hands it over (serialized or not), in one line. */
function describe(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { name, message } = error as { name?: unknown; message?: unknown };
  return typeof message === 'string' ? `${typeof name === 'string' ? name : 'Error'}: ${message}` : JSON.stringify(error);
}
