/** The command line of `box`. It knows words, not kernels: it reads them, refuses nonsense, and starts nothing. */
import { parseArgs } from 'node:util';

export const usage = 'usage: box run [--rootfs DIR] [--hostname NAME] [-e NAME=VALUE]… [-i] [-t] -- COMMAND [ARGUMENT…]';

/** What `box run` is asked to do. */
export type RunOptions = {
  /** The command and its arguments, exactly as they came. */
  command: [file: string, ...args: string[]];
  /** What `-e` adds to the environment. */
  env: Record<string, string>;
  /** The container's host name; without it, it keeps the name of the host. */
  hostname?: string | undefined;
  /** The directory that becomes the container's root; without it, the container sees the host's files. */
  rootfs?: string | undefined;
  /** `-t`: the command gets a terminal of its own. (`-i` changes nothing: standard input is always the command's.) */
  terminal: boolean;
};

/** What the command line asks for. `stage` is no word for people: box says it to itself. */
export type Asked = { verb: 'run'; options: RunOptions } | { verb: 'stage' };

/** Reads the words after `box`. Throws an Error that says what is wrong with them. */
export function parse(argv: string[]): Asked {
  const [verb, ...words] = argv;
  switch (verb) {
    case 'run':
      return { verb, options: parseRun(words) };
    case 'stage':
      return { verb };
    default:
      throw new Error(verb === undefined ? usage : `${verb}: no such command. ${usage}`);
  }
}

function parseRun(words: string[]): RunOptions {
  // Everything behind the first -- is the command's own business, however much it looks like a flag of ours.
  const dashes = words.indexOf('--');
  const [file, ...args] = dashes < 0 ? [] : words.slice(dashes + 1);
  if (file === undefined) throw new Error(`run: no command. ${usage}`);

  const { values } = parseArgs({
    args: words.slice(0, dashes),
    options: {
      env: { type: 'string', short: 'e', multiple: true, default: [] },
      hostname: { type: 'string' },
      rootfs: { type: 'string' },
      interactive: { type: 'boolean', short: 'i' },
      tty: { type: 'boolean', short: 't', default: false },
    },
  });
  return {
    command: [file, ...args], env: Object.fromEntries(values.env.map(variable)), hostname: values.hostname, rootfs: values.rootfs,
    terminal: values.tty,
  };
}

/** `NAME=VALUE` in two. The value may contain further equals signs, and may be empty. */
function variable(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new Error(`run: -e ${text}: expected NAME=VALUE`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
