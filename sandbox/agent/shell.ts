/**
 * The shell of an experiment session: one bash that is given script after script, and whose output is cut exactly.
 *
 * Scripts come on descriptor 3 and statuses go out on 4, both closed while a script runs. When the status is there, the agent
 * thinks up a random mark and sends it on 3; the shell writes it to the pipe that its output goes to (kept as descriptor 5). What
 * comes before the mark is the experiment's output, wherever the script may have sent its own since; no script can know it.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import type { Wall, WallProcess } from '../wall/wall.ts';
import { openPipe } from '../wall/wall.ts';

const DRIVER = `exec 2>&1 5>&1
while IFS= builtin read -r -d '' -u 3 DRYDOCK; do
  builtin eval "$DRYDOCK" </dev/null 3<&- 4>&- 5>&-
  builtin printf '%s\\0' "$?" >&4
  IFS= builtin read -r -d '' -u 3 DRYDOCK && builtin printf %s "$DRYDOCK" >&5
done`;

/** The status of a script, or null where the shell itself has ended meanwhile: with exit(1), with exec, or killed. */
export type ScriptEnd = { status: number } | null;

export class ExperimentShell {
  readonly process: WallProcess;
  /** Resolves when the shell has ended. */
  readonly ended: Promise<null>;
  readonly #scripts: net.Socket;
  readonly #statuses: net.Socket;
  #answer = Buffer.alloc(0);
  #answered: ((status: number) => void) | undefined;
  #listener: ((bytes: Buffer) => Promise<unknown> | void) | undefined;

  constructor(wall: Wall) {
    const [scripts, statuses] = [openPipe(), openPipe()];
    try {
      this.process = wall.spawn(['/bin/bash', '--noprofile', '--norc', '-c', DRIVER, 'bash'], {
        timeLimit: Infinity, outputLimit: Infinity, descriptors: [scripts[0], statuses[1]],
      });
    } finally {
      fs.closeSync(scripts[0]);
      fs.closeSync(statuses[1]);
    }
    this.#scripts = new net.Socket({ fd: scripts[1], readable: false, writable: true });
    this.#statuses = new net.Socket({ fd: statuses[0], readable: true, writable: false });
    this.#scripts.on('error', () => {});
    this.#statuses.on('error', () => {}).on('data', (bytes: Buffer) => this.#take(bytes));
    this.process.onOutput((_, bytes) => this.#listener?.(bytes));
    this.ended = this.process.ended.then(() => null);
    this.ended.catch(() => {});
  }

  /** Runs one script; `take` gets its output, both streams in their order, as it comes. */
  async run(script: string, take: (bytes: Buffer) => Promise<unknown> | void): Promise<ScriptEnd> {
    // What background jobs said between two experiments belongs to neither: nobody is listening then.
    this.#listener = take;
    const answer = new Promise<number>((resolve) => {
      this.#answered = resolve;
    });
    this.#scripts.write(`${script}\0`);
    const status = await Promise.race([answer, this.ended]);
    if (status !== null) await this.#upToMark(take);
    this.#listener = undefined;
    return status === null ? null : { status };
  }

  /** Lets go of the shell's pipes; it ends when it next looks for a script. */
  close(): void {
    this.#scripts.destroy();
    this.#statuses.destroy();
  }

  async #upToMark(take: (bytes: Buffer) => Promise<unknown> | void): Promise<void> {
    const mark = randomBytes(24).toString('hex');
    const { promise, resolve } = Promise.withResolvers<null>();
    let held = Buffer.alloc(0);
    this.#listener = (bytes) => {
      held = Buffer.concat([held, bytes]);
      const at = held.indexOf(mark);
      // Until the mark is whole its beginning may be at the end of what has come.
      const ready = held.subarray(0, at >= 0 ? at : Math.max(held.length - mark.length, 0));
      held = held.subarray(ready.length);
      if (at >= 0) {
        this.#listener = undefined;
        resolve(null);
      }
      return ready.length > 0 ? take(ready) : undefined;
    };
    this.#scripts.write(`${mark}\0`);
    await Promise.race([promise, this.ended]);
  }

  #take(bytes: Buffer): void {
    this.#answer = Buffer.concat([this.#answer, bytes]);
    const end = this.#answer.indexOf(0);
    if (end < 0) return;
    const status = Number(this.#answer.subarray(0, end).toString('latin1'));
    this.#answer = this.#answer.subarray(end + 1);
    this.#answered?.(status);
  }
}
