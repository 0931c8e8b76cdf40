/**
 * What a command is, and the world it runs in.
 *
 * Every command is one file of this folder that exports `command`. It gets everything it needs of the outside through its
 * context, so that a test runs it without a process, a terminal or a kernel.
 */
import type { Readable, Writable } from 'node:stream';
import type { KernelChoice, Sandbox, SandboxImage } from '../check/types.ts';

/** One `--option`. A `value` is the word that stands for it in the help: `--seed S`. */
export type OptionSpec = {
  type: 'boolean' | 'string';
  short?: string;
  multiple?: boolean;
  value?: string;
  help: string;
};

export type Command = {
  name: string;
  /** One line for the list of commands, without a full stop. */
  summary: string;
  /** What is typed after `drydock`, one line per form: `hint [LESSON]`. */
  usage: readonly string[];
  /** Its own options. Every command also has `--help` and `--workspace DIR`. */
  options: Readonly<Record<string, OptionSpec>>;
  /** Paragraphs below the usage, plain text. */
  description?: readonly string[];
  examples: readonly { type: string; does: string }[];
  /** How many arguments it takes at most; any number where it is left out. */
  most?: number;
  /**
   * True where everything after the command's own options is somebody else's command line (`drydock box run --rm …`):
   * the first argument that is not one of its options, and all after it, arrive untouched in `positionals`.
   */
  passesOn?: boolean;
  /** Returns the exit status: one of Exit, or the status of what was run for somebody (`drydock box`). */
  run(context: Context): Promise<number>;
};

/** A terminal or a pipe that text is written to. */
export type Output = Writable & { isTTY?: boolean; columns?: number; rows?: number };
/** A terminal or a pipe that is read. */
export type Input = Readable & { isTTY?: boolean; setRawMode?(raw: boolean): unknown };

/** The outside, injected. `src/cli/world.ts` makes the real one. */
export type World = {
  /** The workbook's checkout: the folder that holds lessons/. Absolute. */
  root: string;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  stdin: Input;
  stdout: Output;
  stderr: Output;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Aborted by the first Ctrl-C (SIGINT) or SIGTERM; a command that is aborted cleans up and returns 130. */
  signal: AbortSignal;
  /** A client of the workspace's kernel. Nothing starts until it is asked for something; the caller closes it. */
  openSandbox(options: { root: string; workspace: string; kernel: KernelChoice; image?: SandboxImage; env?: Record<string, string | undefined> }): Sandbox;
};

export type Context = World & {
  /** What the options were set to, by their long names. */
  values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  positionals: readonly string[];
  /** The learner's workspace, absolute: `--workspace`, else $DRYDOCK_WORKSPACE, else workspace/ in the checkout. */
  workspace: string;
  /** True where stdin and stdout are both terminals: somebody is there to answer. */
  interactive: boolean;
  /** Writes a line to standard output. */
  print(line?: string): void;
  /** Writes a line to standard error. */
  warn(line: string): void;
  /** Asks a yes-no question on the terminal; false without asking where nobody is there. */
  confirm(question: string): Promise<boolean>;
};
