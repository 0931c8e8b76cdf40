/**
 * The messages between a client (tutor, command, test) and the agent inside a kernel.
 *
 * A client numbers its requests; the agent answers each with any number of events and exactly one ending, `done` or
 * `failed`, all carrying the request's `id`. The keeper between them makes ids unique over clients and says which client
 * has gone. Bytes travel as base64.
 */
import type { TraceRun } from './trace.ts';
import type { TypeEdit } from './typeEdits.ts';
import type { CheckResult, KernelInfo, Leftover, Verdict } from './verdict.ts';
import type { ParityRun } from './parity.ts';
import type { Xray } from './xray.ts';

/**
 * A file of the learner's or the course's, by its path relative to the folder it is laid into. `types`: what Node would
 * change in it to strip its types; the keeper adds it on the way.
 */
export type WireFile = { path: string; base64: string; executable?: boolean; types?: TypeEdit[] };

/** A terminal's size in character cells. */
export type TerminalSize = { columns: number; rows: number };

/** What a client can ask for. */
export type Request =
  /** Is anybody there? Answered by `done` with the kernel's facts. */
  | { op: 'hello' }
  /**
   * Judge one lesson. `checks` are the files of the lesson's folder that its checks need (checks.test.ts and fixtures); `box` the
   * workspace's box files, laid at /work/box; `command` how to start box (default `node box.ts` with cwd-independent path).
   */
  | {
      op: 'check';
      lesson: string;
      checks: WireFile[];
      box: WireFile[];
      command?: string;
      seed: string;
      /** Report every mistake rule that fired (`fired`), for the course gate. */
      allRules?: boolean;
      /** Judge nothing after the first check that fails: what comes later is `blocked` by it. For the course gate. */
      firstFailure?: boolean;
      /** Comes back with the verdict: that it answers this request, and no other. The grader's. */
      nonce?: string;
    }
  /** Start a runtime as box in a wall of its own, and see how far it isolates a command. `version`: what prints its version. */
  | { op: 'parity'; box: WireFile[]; command?: string; version?: string[]; seed: string }
  /** Run a command in a wall. `playground` lasts from one request to the next; `fresh` is made for this one and removed. */
  | {
      op: 'run';
      wall: 'playground' | 'fresh';
      /** Replaces the box files in that wall before the command starts, where given. */
      box?: WireFile[];
      argv: string[];
      cwd?: string;
      env?: Record<string, string>;
      /** A terminal of this size; without it, pipes. */
      terminal?: TerminalSize;
      /** Bytes of output after which the run is ended as `output`. */
      outputLimit?: number;
      /** Milliseconds after which the run is ended as `timeout`; none for a shell. */
      timeLimit?: number;
      /** What a `fresh` wall may use up, where that is not what a lesson may: bytes, and processes with their threads. */
      limits?: { memory?: number; pids?: number };
    }
  /**
   * Run one experiment of a page: a line or more of shell. Experiments of one `session` share a wall and a shell's state
   * (variables, cwd, background jobs) and see `box` as given at the session's first experiment.
   */
  | { op: 'experiment'; session: string; script: string; box: WireFile[]; timeLimit?: number }
  /**
   * Run a command in a fresh wall and follow it call by call. `setup`: a shell script that lays what the command needs, before it
   * and unseen.
   */
  | { op: 'trace'; box: WireFile[]; argv: string[]; setup?: string; timeLimit?: number }
  /** End an experiment session or the playground (`session: 'playground'`) and everything in it. */
  | { op: 'reset'; session: string }
  /**
   * What runs in the playground, as the kernel has it. `of` names the container that is wanted whole, or a pid there of one of its
   * processes or of who started it; without it, the newest. A playground that nobody has entered is empty.
   */
  | { op: 'xray'; of?: string }
  /** What the run with this id left behind, or what is alive now: used by doctor and the leak tests. */
  | { op: 'census' }
  /** End the request with this id; it answers `failed` with reason `cancelled`. */
  | { op: 'cancel'; target: string }
  /** Follow-ups to a `run`. */
  | { op: 'input'; target: string; base64: string }
  | { op: 'inputEnd'; target: string }
  /**
   * End a run as a container ends: those that it has started are killed from outside, so that what started them cleans up; what is
   * still there two seconds later is killed.
   */
  | { op: 'end'; target: string }
  | { op: 'resize'; target: string; terminal: TerminalSize }
  | { op: 'signal'; target: string; signal: string };

/** How a command ended: its exit code, or the signal that ended it, or the limit it met. */
export type Ending = { code: number | null; signal: string | null; limit?: 'timeout' | 'memory' | 'pids' | 'output' | 'disk' };

/** What a request is answered with. */
export type Event =
  | { event: 'output'; stream: 'stdout' | 'stderr'; base64: string }
  /** A run's command runs: its pid in the wall. */
  | { event: 'started'; pid: number }
  /** A check ended; sent as soon as it has. */
  | { event: 'check'; result: CheckResult }
  /** One line for the learner: the wall is being made, the kernel was replaced, … */
  | { event: 'note'; text: string };

/** The one ending of a request. */
export type Reply =
  | { event: 'done'; value: DoneValue }
  | { event: 'failed'; reason: 'cancelled' | 'usage' | 'kernel' | 'internal'; message: string };

/** What `done` carries, by request. */
export type DoneValue =
  | { op: 'hello'; kernel: KernelInfo; agent: string }
  | { op: 'check'; verdict: Verdict; leftovers: Leftover[]; nonce?: string }
  | { op: 'parity'; run: ParityRun; kernel: KernelInfo }
  | { op: 'run'; ending: Ending; leftovers: Leftover[] }
  | { op: 'experiment'; output: string; ending: Ending }
  | { op: 'xray'; xray: Xray }
  | { op: 'trace'; run: TraceRun }
  | { op: 'census'; processes: string[]; mounts: string[]; cgroups: string[] }
  | { op: 'ok' };

/** A message towards the agent, and one from it. `id` is the request's. */
export type ToAgent = Request & { id: string };
export type FromAgent = (Event | Reply) & { id: string };

/** Between agent and keeper alone: how many bytes the agent has read from its line since it began. */
export type LineRead = { id: 'keeper:read'; event: 'read'; bytes: number };
