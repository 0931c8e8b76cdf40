/**
 * The sandbox as the tutor, the commands and the author's gate see it: ask for verdicts, run commands, run experiments.
 *
 * `src/check` is the only part of `src` that talks to `sandbox/launch`.
 */
import type { CheckResult, Ending, KernelInfo, Leftover, TerminalSize, TraceRun, Verdict, WireFile } from './wire.ts';

/** Which kernel to take: `auto` is `here` inside the workbook's own VM, otherwise `uml`. */
export type KernelChoice = 'auto' | 'uml' | 'here';

/** Where the sandbox is on its way. `lost` is followed by `booting` when the next request comes. */
export type SandboxState =
  | { at: 'idle' }
  /** Fetching or building what is missing; `done`/`total` in the unit named by `what`, when known. */
  | { at: 'setting-up'; what: string; done?: number; total?: number }
  | { at: 'booting' }
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
  reset(session: string): Promise<void>;
  /** Leaves: other clients and the kernel's idle time are not touched. */
  close(): Promise<void>;
  /** Ends the workspace's kernel now, whoever uses it. */
  stop(): Promise<void>;
}
