/** The command line of `box`. It knows words, not kernels: it reads them, refuses nonsense, and starts nothing. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

export const usage = `usage: box run [--rootfs DIR | --layer DIR…] [--name NAME] [--rm] [--memory SIZE] [--cpus N] [--pids-limit N]
               [-p HOST:CONTAINER]…
               [--hostname NAME] [--network bridge|host|none] [-e NAME=VALUE]… [--init] [-i] [-t | -d] -- COMMAND [ARGUMENT…]
       box ps [-a]
       box stop [-t SECONDS] NAME
       box kill [-s SIGNAL] NAME
       box diff NAME
       box rm NAME`;

/** The networks that a container can have; the first one, unless it says otherwise. */
export const networks = ['bridge', 'host', 'none'] as const;
export type Network = (typeof networks)[number];

/** What `-p` publishes: who comes to this port of the host gets to that port of the container. */
export type Port = { host: number; container: number };

/** What `box run` is asked to do. Throws an Error that says what is wrong with the words, as all of these do. */
export function parseRun(words: string[]) {
  const { flags, command } = atDashes(words);
  const { values } = parseArgs({
    args: flags,
    options: {
      /** What is added to the environment. */
      env: { type: 'string', short: 'e', multiple: true, default: [] },
      /** The container's host name; without it, it keeps the name of the host. */
      hostname: { type: 'string' },
      /** One of the directories that make up the container's root, bottom first; without any, the container sees the host's files. */
      layer: { type: 'string', multiple: true, default: [] },
      /** The same, where there is only one. */
      rootfs: { type: 'string' },
      /** What the container is called; without it, box thinks of something, and nothing is kept of the container. */
      name: { type: 'string' },
      /** Nothing shall be kept of it although it has a name. */
      rm: { type: 'boolean', default: false },
      /** Whether the container is connected to the bridge, shares the host's network, or has none. */
      network: { type: 'string', default: networks[0] },
      /** The container's ports that are to be reached through the host. */
      publish: { type: 'string', short: 'p', multiple: true, default: [] },
      /** What the container may use up, as it was typed; without a limit, as much as there is. */
      memory: { type: 'string' },
      cpus: { type: 'string' },
      'pids-limit': { type: 'string' },
      /** The command gets a terminal of its own. */
      tty: { type: 'boolean', short: 't', default: false },
      /** This changes nothing: standard input is always the command's. */
      interactive: { type: 'boolean', short: 'i' },
      /** The command is not process 1, but the child of an init that box provides. */
      init: { type: 'boolean', default: false },
      /** Box does not wait for the command. */
      detach: { type: 'boolean', short: 'd', default: false },
    },
  });
  const { env, layer, rootfs, publish, 'pids-limit': pidsLimit, tty: terminal, ...others } = values;
  const network = networks.find((one) => one === others.network);
  if (network === undefined) throw new Error(`run: --network ${others.network}: expected ${networks.join(', ')}`);
  if (publish.length > 0 && network !== 'bridge') throw new Error(`run: -p ${publish[0]}: with --network ${network} there is nothing to publish`);
  if (rootfs !== undefined && layer.length > 0) throw new Error('run: --rootfs is a layer, and the only one: it does not go with --layer');
  if (terminal && others.detach) throw new Error('run: -d leaves the terminal, and -t asks for one');
  return {
    ...others,
    /** The command and its arguments, exactly as they came. */
    command,
    env: Object.fromEntries(env.map(variable)),
    layers: rootfs === undefined ? layer : [rootfs],
    network,
    ports: publish.map(portOf),
    pidsLimit,
    terminal,
  };
}
export type RunOptions = ReturnType<typeof parseRun>;

/** Whether `box ps` is to show the containers that have ended, too. */
export function parsePs(words: string[]): boolean {
  return parseArgs({ args: words, options: { all: { type: 'boolean', short: 'a', default: false } } }).values.all;
}

/** Whom `box stop` is to stop, and how many seconds it waits before it kills. */
export function parseStop(words: string[]): [name: string, seconds: number] {
  const { name, time } = parseNamed('stop', words, { time: { type: 'string', short: 't', default: '10' } });
  if (!/^\d+$/.test(time)) throw new Error(`stop -t ${time}: expected a number of seconds`);
  return [name, Number(time)];
}

/** To whom `box kill` is to send something, and what. */
export function parseKill(words: string[]): [name: string, signal: string] {
  const { name, signal } = parseNamed('kill', words, { signal: { type: 'string', short: 's', default: 'KILL' } });
  return [name, signal];
}

/** Everything behind the first -- is the command's own business, however much it looks like a flag of ours. */
function atDashes(words: string[]): { flags: string[]; command: [file: string, ...args: string[]] } {
  const dashes = words.indexOf('--');
  const [file, ...args] = dashes < 0 ? [] : words.slice(dashes + 1);
  if (file === undefined) throw new Error(`run: no command. ${usage}`);
  return { flags: words.slice(0, dashes), command: [file, ...args] };
}

/** `HOST:CONTAINER`, two port numbers. */
function portOf(text: string): Port {
  const [host = 0, container = 0] = (/^(\d+):(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  for (const number of [host, container]) if (number < 1 || number > 65535) throw new Error(`run: -p ${text}: expected HOST:CONTAINER, two port numbers`);
  return { host, container };
}

/** These flags, and the one word that all verbs but `run` and `ps` take. */
export function parseNamed<Flags extends ParseArgsOptionsConfig>(verb: string, words: string[], options: Flags) {
  const { values, positionals: [name, ...more] } = parseArgs({ args: words, options, allowPositionals: true });
  if (name === undefined || more.length > 0) throw new Error(`${verb}: expected one name. ${usage}`);
  return { ...values, name };
}

/** `NAME=VALUE` in two. The value may contain further equals signs, and may be empty. */
function variable(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new Error(`run: -e ${text}: expected NAME=VALUE`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
