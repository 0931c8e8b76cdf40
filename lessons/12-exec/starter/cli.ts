/** The command line of `box`. It knows words, not kernels: it reads them, refuses nonsense, and starts nothing. */
import { parseArgs } from 'node:util';

export const usage = `usage: box run [--rootfs DIR | --layer DIR…] [--name NAME] [--rm] [--memory SIZE] [--cpus N] [--pids-limit N]
               [-p HOST:CONTAINER]…
               [--hostname NAME] [--network bridge|host|none] [-e NAME=VALUE]… [--init] [-i] [-t | -d] -- COMMAND [ARGUMENT…]
       box ps [-a]
       box stop [-t SECONDS] NAME
       box kill [-s SIGNAL] NAME
       box exec [-e NAME=VALUE]… [-w DIR] [-i] [-t] NAME -- COMMAND [ARGUMENT…]
       box diff NAME
       box rm NAME`;

/** The networks that a container can have; the first one, unless it says otherwise. */
export const networks = ['bridge', 'host', 'none'] as const;
export type Network = (typeof networks)[number];

/** What `-p` publishes: who comes to this port of the host gets to that port of the container. */
export type Port = { host: number; container: number };

/** What `box run` is asked to do. */
export type RunOptions = {
  /** The command and its arguments, exactly as they came. */
  command: [file: string, ...args: string[]];
  /** What `-e` adds to the environment. */
  env: Record<string, string>;
  /** The container's host name; without it, it keeps the name of the host. */
  hostname?: string | undefined;
  /** The directories that make up the container's root, bottom first; without any, the container sees the host's files. */
  layers: string[];
  /** What the container is called; without it, box thinks of something, and nothing is kept of the container. */
  name?: string | undefined;
  /** Nothing shall be kept of it although it has a name. */
  rm: boolean;
  /** Whether the container is connected to the bridge, shares the host's network, or has none. */
  network: Network;
  /** The container's ports that are to be reached through the host. */
  ports: Port[];
  /** What the container may use up, as it was typed; without a limit, as much as there is. */
  memory?: string | undefined;
  cpus?: string | undefined;
  pidsLimit?: string | undefined;
  /** `-t`: the command gets a terminal of its own. (`-i` changes nothing: standard input is always the command's.) */
  terminal: boolean;
  /** The command is not process 1, but the child of an init that box provides. */
  init: boolean;
  /** Box does not wait for the command. */
  detach: boolean;
};

/** What `box exec` is asked to do. */
export type ExecOptions = Pick<RunOptions, 'command' | 'env' | 'terminal'> & {
  /** The container in which it is to be done. */
  name: string;
  /** `-w`: where the command starts; without it, in the container's root directory. */
  directory?: string | undefined;
};

/** What the command line asks for. `stage`, `keep` and `join` are no words for people: box says them to itself. */
export type Asked =
  | { verb: 'run'; options: RunOptions } | { verb: 'exec'; options: ExecOptions }
  | { verb: 'diff' | 'rm'; name: string } | { verb: 'stage' | 'keep' | 'join' }
  | { verb: 'ps'; all: boolean }
  | { verb: 'stop'; name: string; seconds: number }
  | { verb: 'kill'; name: string; signal: string };

/** Reads the words after `box`. Throws an Error that says what is wrong with them. */
export function parse(argv: string[]): Asked {
  const [verb, ...words] = argv;
  switch (verb) {
    case 'run':
      return { verb, options: parseRun(words) };
    case 'exec':
      return { verb, options: parseExec(words) };
    case 'diff':
    case 'rm':
      return { verb, name: parseName(verb, words) };
    case 'ps':
      return { verb, all: parseArgs({ args: words, options: { all: { type: 'boolean', short: 'a', default: false } } }).values.all };
    case 'stop': {
      const { values, positionals } = parseArgs({ args: words, options: { time: { type: 'string', short: 't', default: '10' } }, allowPositionals: true });
      if (!/^\d+$/.test(values.time)) throw new Error(`stop -t ${values.time}: expected a number of seconds`);
      return { verb, name: parseName(verb, positionals), seconds: Number(values.time) };
    }
    case 'kill': {
      const { values, positionals } = parseArgs({ args: words, options: { signal: { type: 'string', short: 's', default: 'KILL' } }, allowPositionals: true });
      return { verb, name: parseName(verb, positionals), signal: values.signal };
    }
    case 'stage':
    case 'keep':
    case 'join':
      return { verb };
    default:
      throw new Error(verb === undefined ? usage : `${verb}: no such command. ${usage}`);
  }
}

function parseRun(words: string[]): RunOptions {
  const { flags, command } = atDashes('run', words);
  const { values } = parseArgs({
    args: flags,
    options: {
      env: { type: 'string', short: 'e', multiple: true, default: [] },
      hostname: { type: 'string' },
      rootfs: { type: 'string' },
      layer: { type: 'string', multiple: true, default: [] },
      name: { type: 'string' },
      rm: { type: 'boolean', default: false },
      network: { type: 'string', default: 'bridge' },
      publish: { type: 'string', short: 'p', multiple: true, default: [] },
      memory: { type: 'string' },
      cpus: { type: 'string' },
      'pids-limit': { type: 'string' },
      interactive: { type: 'boolean', short: 'i' },
      tty: { type: 'boolean', short: 't', default: false },
      init: { type: 'boolean', default: false },
      detach: { type: 'boolean', short: 'd', default: false },
    },
  });
  if (values.rootfs !== undefined && values.layer.length > 0) throw new Error('run: --rootfs is a layer, and the only one: it does not go with --layer');
  if (values.tty && values.detach) throw new Error('run: -d leaves the terminal, and -t asks for one');
  if (values.name !== undefined) checkName('run --name', values.name);
  if (values.publish.length > 0 && values.network !== 'bridge') throw new Error(`run: -p ${values.publish[0]}: with --network ${values.network} there is nothing to publish`);
  return {
    command,
    env: Object.fromEntries(values.env.map(variable)),
    hostname: values.hostname,
    layers: values.rootfs === undefined ? values.layer : [values.rootfs],
    name: values.name,
    rm: values.rm,
    network: networkOf(values.network),
    ports: values.publish.map(portOf),
    memory: values.memory,
    cpus: values.cpus,
    pidsLimit: values['pids-limit'],
    terminal: values.tty,
    init: values.init,
    detach: values.detach,
  };
}

function parseExec(words: string[]): ExecOptions {
  const { flags, command } = atDashes('exec', words);
  const { values, positionals } = parseArgs({
    args: flags,
    allowPositionals: true,
    options: {
      env: { type: 'string', short: 'e', multiple: true, default: [] },
      workdir: { type: 'string', short: 'w' },
      interactive: { type: 'boolean', short: 'i' },
      tty: { type: 'boolean', short: 't', default: false },
    },
  });
  return {
    name: parseName('exec', positionals),
    command,
    env: Object.fromEntries(values.env.map(variable)),
    directory: values.workdir,
    terminal: values.tty,
  };
}

/** Everything behind the first -- is the command's own business, however much it looks like a flag of ours. */
function atDashes(verb: string, words: string[]): { flags: string[]; command: RunOptions['command'] } {
  const dashes = words.indexOf('--');
  const [file, ...args] = dashes < 0 ? [] : words.slice(dashes + 1);
  if (file === undefined) throw new Error(`${verb}: no command. ${usage}`);
  return { flags: words.slice(0, dashes), command: [file, ...args] };
}

function networkOf(word: string): Network {
  const network = networks.find((one) => one === word);
  if (network === undefined) throw new Error(`run: --network ${word}: expected ${networks.join(', ')}`);
  return network;
}

/** `HOST:CONTAINER`, two port numbers. */
function portOf(text: string): Port {
  const [host = 0, container = 0] = (/^(\d+):(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  for (const number of [host, container]) if (number < 1 || number > 65535) throw new Error(`run: -p ${text}: expected HOST:CONTAINER, two port numbers`);
  return { host, container };
}

/** The one word that all verbs but `run` and `ps` take, and `exec` before its command. */
function parseName(verb: string, words: string[]): string {
  const [name, ...more] = words;
  if (name === undefined || more.length > 0) throw new Error(`${verb}: expected one name. ${usage}`);
  checkName(verb, name);
  return name;
}

/** A name becomes the name of a directory. Nobody is to get out of there by calling a container `../..`. */
function checkName(what: string, name: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) throw new Error(`${what} ${name}: letters, digits and _.- only, the first a letter or digit`);
}

/** `NAME=VALUE` in two. The value may contain further equals signs, and may be empty. */
function variable(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new Error(`-e ${text}: expected NAME=VALUE`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
