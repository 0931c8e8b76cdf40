/** The command line of `box`, read. Pure. */
import { parseArgs } from 'node:util';

/** What `box run` is asked for. */
export type Asked = {
  command: [file: string, ...args: string[]];
  env: Record<string, string>;
  hostname: string | undefined;
  rootfs: string | undefined;
  /** Bottom first. */
  layers: string[];
  limits: Limits;
  network: string;
  name: string | undefined;
  rm: boolean;
  terminal: boolean;
};

/** What `box exec` is asked for. */
export type Joining = Pick<Asked, 'command' | 'env' | 'terminal'> & { name: string };

/** `memory` in bytes, `cpus` in processors, `pids` in processes and threads. */
export type Limits = { memory?: number; cpus?: number; pids?: number };

/** Reads the words after `box`. Throws an Error that says what is wrong with them. */
export function parse(argv: readonly string[]): Asked {
  const [verb, ...words] = argv;
  if (verb !== 'run') throw new Error(`${verb ?? 'no word'}: only \`run\` and \`exec\` are wrapped here`);
  const { flags, command } = atDashes(verb, words);
  const { values } = parseArgs({
    args: flags,
    options: {
      env: { type: 'string', short: 'e', multiple: true, default: [] },
      hostname: { type: 'string' },
      rootfs: { type: 'string' },
      layer: { type: 'string', multiple: true, default: [] },
      memory: { type: 'string' },
      cpus: { type: 'string' },
      'pids-limit': { type: 'string' },
      network: { type: 'string', default: 'host' },
      name: { type: 'string' },
      interactive: { type: 'boolean', short: 'i' }, // standard input is the command's in any case
      tty: { type: 'boolean', short: 't', default: false },
      rm: { type: 'boolean', default: false },
    },
  });
  const { env, hostname, rootfs, layer: layers, network, name, rm, tty: terminal } = values;
  const limits = {
    ...(values.memory === undefined ? {} : { memory: bytes(values.memory) }),
    ...(values.cpus === undefined ? {} : { cpus: positive(values.cpus) }),
    ...(values['pids-limit'] === undefined ? {} : { pids: positive(values['pids-limit']) }),
  };
  return { command, env: Object.fromEntries(env.map(variable)), hostname, rootfs, layers, limits, network, name, rm, terminal };
}

/** Reads the words after `box exec`. Throws an Error that says what is wrong with them. */
export function parseExec(words: readonly string[]): Joining {
  const { flags, command } = atDashes('exec', words);
  const { values: { env, tty: terminal }, positionals: [name, ...more] } = parseArgs({
    args: flags,
    allowPositionals: true,
    options: { env: { type: 'string', short: 'e', multiple: true, default: [] }, interactive: { type: 'boolean', short: 'i' }, tty: { type: 'boolean', short: 't', default: false } },
  });
  if (name === undefined || more.length > 0) throw new Error('exec: expected one name');
  return { name, command, env: Object.fromEntries(env.map(variable)), terminal };
}

/** What stands behind -- is the command's. */
function atDashes(verb: string, words: readonly string[]): { flags: string[]; command: Asked['command'] } {
  const dashes = words.indexOf('--');
  const [file, ...args] = dashes < 0 ? [] : words.slice(dashes + 1);
  if (file === undefined) throw new Error(`${verb}: no command`);
  return { flags: words.slice(0, dashes), command: [file, ...args] };
}

function variable(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new Error(`-e ${text}: expected NAME=VALUE`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** `64m` → 67108864. */
function bytes(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+)([bkmg]?)b?$/i.exec(text) ?? [];
  return positive(amount) * 1024 ** Math.max('bkmg'.indexOf(unit.toLowerCase()), 0);
}

function positive(text: string): number {
  const number = Number(text);
  if (text === '' || !(number > 0)) throw new Error(`"${text}" is no amount`);
  return number;
}
