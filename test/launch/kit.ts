/** What the tests of the kernel share: a workspace of their own, processes found from outside, conditions waited for. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client, type ConnectOptions } from '../../sandbox/launch/client.ts';

export const echoAgent = 'test/launch/fixtures/echo-agent.ts';

/** A process as /proc shows it. */
export type Seen = { pid: number; parent: number; command: string };

/** A test's own corner: workspace, run directory, environment, and every process that comes out of it. */
export class Corner implements AsyncDisposable {
  readonly dir = fs.mkdtempSync(path.join(os.tmpdir(), 'corner ü-'));
  readonly #mark = `DRYDOCK_TEST_MARK=${randomBytes(12).toString('hex')}`;
  readonly env: Record<string, string | undefined>;
  readonly #clients: Client[] = [];

  constructor(env: Record<string, string> = {}) {
    const [name = '', value] = this.#mark.split('=');
    fs.mkdirSync(path.join(this.dir, 'run'), { mode: 0o700 });
    this.env = { ...process.env, XDG_RUNTIME_DIR: path.join(this.dir, 'run'), [name]: value, ...env };
  }

  get workspace(): string {
    return path.join(this.dir, 'work space');
  }

  client(options: Partial<ConnectOptions> = {}): Client {
    const client = new Client({ workspace: this.workspace, kernel: 'uml', agent: echoAgent, env: this.env, ...options });
    this.#clients.push(client);
    return client;
  }

  /** The living processes that were started, by whomever, from this corner: they inherit its mark. Zombies are dead. */
  processes(): Seen[] {
    const seen: Seen[] = [];
    for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)) {
      try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z' || !fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(this.#mark)) continue;
        seen.push({ pid, parent: Number(parent), command: fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() });
      } catch {
        continue; // It ended while we looked, or is somebody else's.
      }
    }
    return seen;
  }

  /** The one process (the eldest) whose command line matches. */
  find(pattern: RegExp): Seen {
    const found = this.processes().find(({ command }) => pattern.test(command));
    if (!found) throw new Error(`no process matches ${pattern}:\n${this.processes().map(({ command }) => command).join('\n')}`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close().catch(() => {});
    await this.client().stop().catch(() => {});
    for (const { pid } of this.processes()) process.kill(pid, 'SIGKILL');
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The kernel's main process, on this machine. */
export const KERNEL = /^\S*\/linux mem=/;
export const KEEPER = /keeper\.ts/;
export const BWRAP = /bwrap/;

/** Waits until `condition` gives something; fails after `limit` ms, saying what it was waiting for. */
export async function until<T>(what: string, condition: () => T | Promise<T>, limit = 10_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + limit;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value as NonNullable<T>;
    if (Date.now() > deadline) throw new Error(`waited ${limit} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
