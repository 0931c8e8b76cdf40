/** From a command line to an exit status: finds the command, runs it, and says what went wrong in one sentence. */
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline/promises';
import { BugError, Exit, type ExitCode, UserError } from '../errors.ts';
import { LessonError } from '../lesson/types.ts';
import type { Command, Context, World } from './command.ts';
import { allCommands, commandNames, findCommand } from './commands.ts';
import { writeCrashReport } from './crash.ts';
import { commandHelp, overview } from './help.ts';
import { parseCommand, wantsJson } from './parse.ts';

/** Runs one command line (without `node` and the script). Never rejects. */
export async function dispatch(argv: readonly string[], world: World): Promise<number> {
  try {
    const exit = await run(argv, world);
    return world.signal.aborted ? Exit.interrupted : exit;
  } catch (error) {
    if (world.signal.aborted) return Exit.interrupted;
    return tell(error, argv, world);
  }
}

async function run(argv: readonly string[], world: World): Promise<number> {
  const [first] = argv;
  if (first === '--version' || first === '-V') {
    world.stdout.write(`drydock ${version(world.root)}\n`);
    return Exit.done;
  }
  if (first === 'help' || first === '--help' || first === '-h') return help(argv.slice(1), world);
  const tutor = first === undefined || first.startsWith('-');
  if (!tutor && argv.length === 2 && (argv[1] === '--help' || argv[1] === '-h') && !commandNames.includes(first) && commandNames.some((name) => name.startsWith(`${first} `))) {
    return help([first], world);
  }
  const { command, rest } = tutor ? { command: (await import('./tutor.ts')).command, rest: argv } : await findCommand(argv);
  const parsed = parseOrTurn(command, rest);
  if (parsed.values['help']) {
    world.stdout.write(commandHelp(command));
    return Exit.done;
  }
  return command.run(makeContext(world, parsed));
}

/** Parses; where a command is named behind options, as other programs have it, the error says how it goes here. */
function parseOrTurn(command: Command, words: readonly string[]): ReturnType<typeof parseCommand> {
  try {
    return parseCommand(command, words);
  } catch (error) {
    const at = command.name === '' ? words.findIndex((word, at) => commandNames.includes(word) || commandNames.includes(`${word} ${words[at + 1]}`)) : -1;
    if (at <= 0 || !(error instanceof UserError)) throw error;
    const turned = [...words.slice(at), ...words.slice(0, at)];
    throw new UserError('Options stand behind the command.', { next: [`drydock ${turned.join(' ')}`], cause: error });
  }
}

async function help(words: readonly string[], world: World): Promise<ExitCode> {
  if (words.length) {
    // A word that is a command by itself (`grade`) has a help of its own; others (`course`) only stand before one.
    const group = commandNames.includes(words[0] ?? '') ? [] : (await allCommands()).filter((command) => command.name.startsWith(`${words[0]} `));
    const commands = words.length === 1 && group.length ? group : [(await findCommand(words)).command];
    world.stdout.write(commands.map(commandHelp).join('\n\n'));
  } else {
    world.stdout.write(overview(await allCommands()));
  }
  return Exit.done;
}

/** The context of one run of a command. */
export function makeContext(world: World, parsed: Pick<Context, 'values' | 'positionals'>): Context {
  const named = parsed.values['workspace'] ?? world.env['DRYDOCK_WORKSPACE'];
  const interactive = Boolean(world.stdin.isTTY && world.stdout.isTTY);
  return {
    ...world,
    ...parsed,
    workspace: typeof named === 'string' && named ? path.resolve(world.cwd, named) : path.join(world.root, 'workspace'),
    interactive,
    print: (line = '') => void world.stdout.write(`${line}\n`),
    warn: (line) => void world.stderr.write(`${line}\n`),
    confirm: (question) => (interactive ? ask(question, world) : Promise.resolve(false)),
  };
}

async function ask(question: string, world: World): Promise<boolean> {
  using lines = readline.createInterface({ input: world.stdin, output: world.stdout });
  // On a terminal readline takes Ctrl-C for itself: no signal comes.
  const interrupted = new Promise<never>((_, reject) => {
    lines.once('SIGINT', () => reject(new UserError('Interrupted; nothing was changed.', { exit: Exit.interrupted })));
  });
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal: world.signal }), interrupted]);
    return /^\s*y(?:es)?\s*$/i.test(answer);
  } catch (cause) {
    // Ctrl-D closes the line, and is a no.
    if (cause instanceof Error && cause.name === 'AbortError') return false;
    throw cause;
  }
}

/** Says what went wrong. A person's trouble is a sentence and what to do; ours is a report on disk. */
function tell(error: unknown, argv: readonly string[], world: World): ExitCode {
  const user = error instanceof UserError ? error : error instanceof LessonError ? courseTrouble(error) : null;
  const shown = user ?? ourFault(error, argv, world);
  if (wantsJson(argv)) {
    world.stdout.write(`${JSON.stringify({ schema: 'drydock.error/1', error: shown.message, next: shown.next, exit: shown.exit })}\n`);
  } else {
    world.stderr.write([`drydock: ${shown.message}`, ...shown.next.map((line) => `  → ${line}`), ''].join('\n'));
  }
  return shown.exit;
}

function courseTrouble(error: LessonError): UserError {
  return new UserError(`The course has a fault at ${error.message}`, {
    next: ['`git status lessons` shows whether something was changed here; `drydock course check` says all that is wrong.'],
    exit: Exit.cannotRun,
    cause: error,
  });
}

function ourFault(error: unknown, argv: readonly string[], world: World): UserError {
  const message = error instanceof BugError || error instanceof Error ? error.message : String(error);
  const report = writeCrashReport(error, argv, world);
  return new UserError(`This is our fault, not yours: ${message.split('\n')[0] ?? ''}`, {
    next: [report ? `Everything about it is in ${report}` : 'No report could be written; run it again with NODE_OPTIONS=--stack-trace-limit=50.', 'Your files and your progress are as they were.'],
    exit: Exit.bug,
  });
}

function version(root: string): string {
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  return version;
}
