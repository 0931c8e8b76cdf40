/** `-d`: box returns, and another box stays with the container in its place. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, readFileSync, writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { RunOptions } from './cli.ts';
import { call } from './libc.ts';

const F_DUPFD_CLOEXEC = 1030; // fcntl(2)

/** What the stage says last, if all went well until then. */
const READY = '\n';

/** Starts a container and prints its name as soon as the command runs. Returns box's exit status, which is not the command's. */
export async function detach(options: RunOptions): Promise<number> {
  const name = options.name ?? randomBytes(6).toString('hex');
  const letter = { ...options, name, rm: options.rm || options.name === undefined };
  // A session of its own: where the terminal goes away, whoever is in its session goes with it. And none of our own three
  // descriptors: whoever reads our output waits until the last one who could write has closed it.
  const keeper = spawn(process.execPath, [process.argv[1]!, 'keep'], { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const ended = once(keeper, 'exit') as Promise<[number | null]>;
  const [errors, pipe] = [keeper.stdio[2] as Readable, keeper.stdio[3] as Writable];
  pipe.on('error', () => {}); // One that is dead says so by its exit status.
  pipe.end(JSON.stringify(letter));
  // The other end is standard error of the keeper and of the stage. The one lets go of it when the container is made, the other
  // when it becomes the command. So this ends when the command runs. If it cannot, we hear why.
  const said = await text(errors);
  if (said === READY) {
    console.log(name);
    keeper.unref();
    return 0;
  }
  process.stderr.write(said.replace(READY, ''));
  const [code] = await ended;
  if (code === null) throw new Error(`${name}: box was killed while it made the container`);
  return code;
}

async function text(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  await once(stream, 'end');
  return Buffer.concat(parts).toString('utf8');
}

/** For the box that stays: what it shall run. */
export function readOrders(): RunOptions {
  const options = JSON.parse(readFileSync(3, 'utf8')) as RunOptions;
  closeSync(3);
  return options;
}

/** Standard error becomes what standard output is, /dev/null. The function returned gives it back, or lets go of it for good. */
export function hush(): (giveBack: boolean) => void {
  writeSync(2, READY);
  const before = call('fcntl', 2, F_DUPFD_CLOEXEC, 3);
  call('dup2', 1, 2);
  return (giveBack) => {
    if (giveBack) call('dup2', before, 2);
    closeSync(before);
  };
}
