/** Runs one command of the set-up and waits for it. */
import { spawn } from 'node:child_process';
import { findCommand } from './machine.ts';

export type CommandOptions = {
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** Called with every line of standard output as it comes. */
  onLine?: (line: string) => void;
  /** Called with every line the command writes to its descriptor 3. */
  onStatus?: (line: string) => void;
  /** Standard input; without it, none. */
  input?: string;
};

/** A command ended with another status than 0. `stderr` is what it said, `status` its code or signal. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly stderr: string;

  constructor(command: string, status: string, stderr: string) {
    super(`${command}: ${status}${stderr ? `: ${lastLines(stderr)}` : ''}`);
    this.stderr = stderr;
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-6).join('\n');
}

let setpriv: string | undefined | null = null;

/**
 * The same command, killed by the kernel when this process dies (prctl(2), PR_SET_PDEATHSIG): a set-up that is killed
 * leaves no apt or tar behind that works on in its folders. util-linux's setpriv does it; without it, as it was.
 */
export function tied(argv: readonly string[]): [string, ...string[]] {
  if (setpriv === null) setpriv = findCommand('setpriv');
  const [command = '', ...args] = argv;
  return setpriv ? [setpriv, '--pdeathsig', 'KILL', '--', command, ...args] : [command, ...args];
}

/** Runs `argv` and returns what it printed. Throws CommandError unless it exits with 0. */
export async function runCommand(argv: [string, ...string[]], options: CommandOptions = {}): Promise<{ stdout: string; stderr: string }> {
  const [command, ...args] = argv;
  const [program, ...programArgs] = tied(argv);
  const child = spawn(program, programArgs, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', options.onStatus ? 'pipe' : 'ignore'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  if (options.onLine && child.stdout) eachLine(child.stdout, options.onLine);
  const status = child.stdio[3];
  if (options.onStatus && status) eachLine(status as NodeJS.ReadableStream, options.onStatus);
  child.stdin?.on('error', () => {}); // The command may end before it has read everything; its status tells.
  child.stdin?.end(options.input);

  const ended = await new Promise<string>((resolve, reject) => {
    child.once('error', (cause) => reject(new CommandError(command, cause.message, '')));
    child.once('close', (code, signal) => resolve(signal ?? String(code)));
  });
  const said = Buffer.concat(stderr).toString();
  if (ended !== '0') throw new CommandError([command, ...args.slice(0, 2)].join(' '), `ended with ${ended}`, said);
  return { stdout: Buffer.concat(stdout).toString(), stderr: said };
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest) onLine(rest);
  });
}
