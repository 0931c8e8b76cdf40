/**
 * The sandbox as the tutor, the commands and the author's gate see it: ask for verdicts, run commands, run experiments.
 *
 * `src/check` is the only part of `src` that talks to `sandbox/launch`.
 */
import type { CheckResult, Ending, KernelInfo, Leftover, ParityRun, TerminalSize, TraceRun, Verdict, WireFile, Xray } from './wire.ts';

/** Which kernel to take: `auto` is `here` inside the workbook's own VM, otherwise `uml`. */
export type KernelChoice = 'auto' | 'uml' | 'here';

/** Which root the kernel's guest has: the lessons' own, or the one with real runtimes in it, which no lesson is judged in. */
export type SandboxImage = 'guest' | 'foreign';

/** Where the sandbox is on its way. `lost` is followed by `booting` when the next request comes. */
export type SandboxState =
  | { at: 'idle' }
  /** Fetching or building what is missing; `done`/`total` in the unit named by `what`, when known. */
  | { at: 'setting-up'; what: string; done?: number; total?: number }
  | { at: 'booting'; kind: KernelInfo['kind'] }
  /** `isolated`: everything of it is in a pid namespace that ends with it; without, it serves only one's own code. */
  | { at: 'ready'; kernel: KernelInfo; isolated?: boolean }
  | { at: 'lost'; why: string }
  /** It cannot run here: one sentence, and what to do instead. */
  | { at: 'impossible'; message: string; next: string[] };

/** A running command: its terminal or pipes, from the client's side. */
export interface RunHandle {
  write(bytes: Uint8Array): void;
  end(): void;
  resize(size: TerminalSize): void;
  signal(name: NodeJS.Signals): void;
  /** Ends the containers that it has started, from outside, so that it can clean up; what is left after two seconds is killed. */
  finish(): void;
  /** Its pid in the sandbox, once it runs; undefined where it has ended before anybody could see it. */
  readonly started: Promise<number | undefined>;
  /** How it ended and what it left behind. Rejects with SandboxError where the kernel was lost. */
  readonly ended: Promise<{ ending: Ending; leftovers: Leftover[] }>;
}

export type CheckRequest = {
  lesson: string;
  /** The files of the lesson's folder that its checks need. */
  checks: WireFile[];
  /** The learner's box. */
  box: WireFile[];
  /** How to start box; the default is `node /work/box/box.ts`. */
  command?: string;
  seed: string;
  allRules?: boolean;
  /** Judge nothing after the first check that fails. */
  firstFailure?: boolean;
  /** Comes back with the verdict. */
  nonce?: string;
};

/** One sandbox, shared with every other client of the same workspace. */
export interface Sandbox {
  readonly state: SandboxState;
  /** Calls back on every change of state and every note; returns how to stop. */
  watch(listener: (state: SandboxState, note?: string) => void): () => void;
  /** Boots in the background; resolves when ready, rejects with the reason (UserError where it cannot run here). */
  start(): Promise<void>;
  check(
    request: CheckRequest,
    options?: { onCheck?: (result: CheckResult) => void; signal?: AbortSignal },
  ): Promise<{ verdict: Verdict; leftovers: Leftover[]; nonce?: string }>;
  /** Starts a runtime as box in a wall of its own, and asks the kernel how far it isolates a command. */
  parity(
    request: { box: WireFile[]; command?: string; version?: string[]; seed: string },
    options?: { signal?: AbortSignal },
  ): Promise<{ run: ParityRun; kernel: KernelInfo }>;
  experiment(
    request: { session: string; script: string; box: WireFile[]; timeLimit?: number },
    options?: { onOutput?: (text: string) => void; signal?: AbortSignal },
  ): Promise<{ output: string; ending: Ending }>;
  /** Follows a command in a fresh wall call by call; see sandbox/wire/trace.ts. */
  trace(request: { box: WireFile[]; argv: string[]; setup?: string; timeLimit?: number }, options?: { signal?: AbortSignal }): Promise<TraceRun>;
  run(
    request: {
      wall: 'playground' | 'fresh';
      box?: WireFile[];
      argv: string[];
      cwd?: string;
      env?: Record<string, string>;
      terminal?: TerminalSize;
      outputLimit?: number;
      timeLimit?: number;
    },
    onOutput: (stream: 'stdout' | 'stderr', bytes: Buffer) => void,
  ): RunHandle;
  /** What runs in the playground, as the kernel has it; `of` names the container, or a pid there, that is wanted whole. */
  xray(of?: string): Promise<Xray>;
  reset(session: string): Promise<void>;
  /** Leaves: other clients and the kernel's idle time are not touched. */
  close(): Promise<void>;
  /** Ends the workspace's kernel now, whoever uses it. */
  stop(): Promise<void>;
}
