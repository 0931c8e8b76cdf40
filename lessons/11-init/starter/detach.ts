/** `-d`: box returns, and another box stays with the container in its place. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { RunOptions } from './cli.ts';
import { call } from './libc.ts';

/** What the stage says last, if all went well until then. */
const READY = '\0';

/** Starts a container and prints its name as soon as the command runs. Returns box's exit status, which is not the command's. */
export async function detach(options: RunOptions): Promise<number> {
  const name = options.name ?? randomBytes(6).toString('hex');
  const letter = { ...options, name, rm: options.rm || options.name === undefined };
  // TODO(you): this box outlives us. It must outlive our terminal as well, and must not keep those waiting who read our output.
  const keeper = spawn(process.execPath, [process.argv[1]!, 'keep'], { stdio: ['inherit', 'inherit', 'pipe', 'pipe'] });
  const ended = once(keeper, 'exit') as Promise<[number | null]>;
  const [errors, pipe] = [keeper.stdio[2] as Readable, keeper.stdio[3] as Writable];
  pipe.on('error', () => {}); // One that is dead says so by its exit status.
  pipe.end(JSON.stringify(letter));
  // The other end is standard error of the keeper and of the stage. The one lets go of it when the container is made, the other
  // when it becomes the command. So this ends when the command runs. If it cannot, we hear why.
  const said = await text(errors);
  process.stderr.write(said.replace(READY, ''));
  if (said.endsWith(READY)) {
    console.log(name);
    keeper.unref();
    return 0;
  }
  const [code] = await ended;
  if (code === null) throw new Error(`${name}: box was killed while it made the container`);
  return code;
}

/** For the second stage: the command's standard error is to be /dev/null, as its standard output is. */
export function hush(): void {
  writeSync(2, READY);
  call('dup2', 1, 2);
}
