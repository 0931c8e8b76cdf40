/** runc and crun: a bundle with a config.json, as the OCI's runtime specification has it, and the verbs of its command line. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { status } from './child.ts';
import { BoxError } from './error.ts';
import { config } from './oci-config.ts';
import { Place } from './place.ts';
import { reaper } from './reaper.ts';
import type { Asked, Joining } from './words.ts';

export async function run(runtime: 'runc' | 'crun', asked: Asked): Promise<number> {
  if (asked.network === 'bridge') throw new BoxError(125, `${runtime} makes no networks, only a namespace for one`);
  const env = { ...process.env, ...asked.env };
  using place = new Place(asked);
  const file = (name: string): string => path.join(place.folder, name);
  const mine = { env, cwd: process.cwd(), ...(asked.terminal && process.stdout.isTTY ? { size: process.stdout.getWindowSize() } : {}) };
  fs.writeFileSync(file('config.json'), JSON.stringify(config(asked, place, mine)));
  const global = [runtime, '--root', `/run/box/${runtime}`, '--log', file('log'), '--log-format', 'json'];
  const start = ['run', '--bundle', place.folder];
  // In the foreground, with a terminal, both of them copy bytes; without one, runc does that, too: then the command's standard
  // input would not be box's own. So it is started as engines start it, and outlives its runtime.
  const argv = asked.terminal
    ? [...global, ...start, place.id]
    : [...reaper(file('pid')), ...global, ...start, '--detach', '--pid-file', file('pid'), place.id];
  try {
    const code = await status(place.inPlace(argv), env);
    const failure = fs.existsSync(file('log')) ? failureIn(fs.readFileSync(file('log'), 'utf8')) : undefined;
    if (failure !== undefined) throw failure;
    return code;
  } finally {
    const tidy = (...words: string[]) => spawnSync(runtime, [...global.slice(1), ...words], { stdio: 'ignore' });
    // runc's `delete` kills the first process only; crun's kills all that is in the cgroup.
    if (runtime === 'runc') tidy('kill', '--all', place.id, 'KILL');
    tidy('delete', '--force', place.id);
  }
}

/** One more command in a container. As engines do, this says the whole environment: crun takes it instead of the container's own. */
export async function exec(runtime: 'runc' | 'crun', { name, command, env, terminal }: Joining): Promise<number> {
  fs.mkdirSync('/run/box', { recursive: true });
  const log = `/run/box/${runtime}-exec-${process.pid}.log`;
  const file = `/run/box/${name}/config.json`;
  const first = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as { process: { env: string[] } }).process.env : [];
  const added = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const variables = [...first.filter((one) => !(one.slice(0, one.indexOf('=')) in env)), ...added].flatMap((one) => ['--env', one]);
  try {
    const code = await status([runtime, '--root', `/run/box/${runtime}`, '--log', log, '--log-format', 'json', 'exec', ...(terminal ? ['--tty'] : []), ...variables, name, ...command], process.env);
    const failure = fs.existsSync(log) ? failureIn(fs.readFileSync(log, 'utf8')) : undefined;
    if (failure !== undefined) throw failure;
    return code;
  } finally {
    fs.rmSync(log, { force: true });
  }
}

/** The last error in a runtime's log, as engines read it. Undefined where it has started its command. */
export function failureIn(log: string): BoxError | undefined {
  const entries = log.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { level: string; msg: string });
  const message = entries.findLast(({ level }) => level === 'error')?.msg;
  if (message === undefined) return undefined;
  return new BoxError(/exec/i.test(message) ? whyNotStarted(message) : 125, message);
}

function whyNotStarted(message: string): BoxError['status'] {
  if (/not found|no such file/i.test(message)) return 127;
  return /permission denied|format error|is a directory/i.test(message) ? 126 : 125;
}
