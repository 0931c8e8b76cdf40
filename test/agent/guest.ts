/** A private kernel for the tests of one file, and short ways to ask its agent. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { connect } from '../../sandbox/launch/client.ts';
import type { Client, ConnectOptions } from '../../sandbox/launch/client.ts';
import type { DoneValue, Request, WireFile } from '../../sandbox/wire/messages.ts';

// A kernel on a busy machine takes its time, and is not what is tested here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 300_000 });

type Done<Op extends DoneValue['op']> = Extract<DoneValue, { op: Op }>;
type RunRequest = Extract<Request, { op: 'run' }>;

export type Ran = Done<'run'> & { stdout: string; stderr: string; notes: string[]; ms: number };

export class Guest implements AsyncDisposable {
  readonly client: Client;
  readonly #workspace: string;

  private constructor(client: Client, workspace: string) {
    this.client = client;
    this.#workspace = workspace;
  }

  static async boot(options: Pick<ConnectOptions, 'image'> = {}): Promise<Guest> {
    const workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock-agent-'));
    const client = await connect({ workspace, kernel: 'uml', ...options });
    await client.start();
    return new Guest(client, workspace);
  }

  /** Runs a command, a list of words or a line for sh, in a fresh wall unless said otherwise. */
  async run(command: string | string[], more: Partial<RunRequest> = {}, signal?: AbortSignal): Promise<Ran> {
    const { ended } = this.start(command, more, signal);
    return await ended;
  }

  /** Like `run`, for a command that gets follow-ups: `id` is what they name, `said` what it has said so far. */
  start(command: string | string[], more: Partial<RunRequest> = {}, signal?: AbortSignal): { id: string; ended: Promise<Ran>; said: () => string } {
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    const notes: string[] = [];
    const started = performance.now();
    const text = (stream: 'stdout' | 'stderr'): string => Buffer.concat(chunks[stream]).toString('utf8');
    const argv = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
    const { id, ended } = this.client.begin({ op: 'run', wall: 'fresh', timeLimit: 30_000, ...more, argv }, {
      ...(signal === undefined ? {} : { signal }),
      onEvent: (event) => {
        if (event.event === 'output') chunks[event.stream].push(Buffer.from(event.base64, 'base64'));
        if (event.event === 'note') notes.push(event.text);
      },
    });
    const ran = ended.then((value) => ({ ...as(value, 'run'), stdout: text('stdout'), stderr: text('stderr'), notes, ms: performance.now() - started }));
    return { id, ended: ran, said: () => text('stdout') };
  }

  async experiment(session: string, script: string, more: { box?: WireFile[]; timeLimit?: number } = {}): Promise<Done<'experiment'> & { notes: string[]; seen: string }> {
    const notes: string[] = [];
    const chunks: Buffer[] = [];
    const value = await this.client.request({ op: 'experiment', session, script, box: [], ...more }, {
      onEvent: (event) => {
        if (event.event === 'note') notes.push(event.text);
        if (event.event === 'output') chunks.push(Buffer.from(event.base64, 'base64'));
      },
    });
    return { ...as(value, 'experiment'), notes, seen: Buffer.concat(chunks).toString('utf8') };
  }

  async census(): Promise<Done<'census'>> {
    return as(await this.client.request({ op: 'census' }), 'census');
  }

  async reset(session: string): Promise<void> {
    await this.client.request({ op: 'reset', session });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.stop();
    fs.rmSync(this.#workspace, { recursive: true, force: true });
  }
}

/** A fork bomb that doubles quickly and does not end; it knows no program but itself. */
export const forkBomb = ['perl', '-e', 'for (;;) { defined fork or select undef, undef, undef, 0.1 }'];

/** A file for a box, from its text. */
export function boxFile(file: string, text: string): WireFile {
  return { path: file, base64: Buffer.from(text).toString('base64') };
}

function as<Op extends DoneValue['op']>(value: DoneValue, op: Op): Done<Op> {
  if (value.op !== op) throw new Error(`expected the result of ${op}, got that of ${value.op}`);
  return value as Done<Op>;
}
