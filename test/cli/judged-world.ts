/** A world for commands that talk to the sandbox: streams that are remembered, and a sandbox that answers as it is told. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import type { CheckRequest, Sandbox, SandboxState } from '../../src/check/types.ts';
import type { CheckResult, Leftover, Verdict } from '../../src/check/wire.ts';
import { dispatch } from '../../src/cli/dispatch.ts';
import type { World } from '../../src/cli/command.ts';

export type Played = {
  parity?: Sandbox['parity'];
  /** What it answers to a check; the default is that everything passes. */
  check?: (request: CheckRequest, options: Parameters<Sandbox['check']>[1]) => Promise<{ verdict: Verdict; leftovers: Leftover[] }>;
  run?: Sandbox['run'];
  xray?: Sandbox['xray'];
  trace?: Sandbox['trace'];
};

export type Ran = { status: number; out: string; err: string };

export class JudgedWorld implements Disposable {
  readonly workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock-cli-'));
  readonly requests: CheckRequest[] = [];
  readonly interrupt = new AbortController();
  /** The guest roots that were asked for, a sandbox each. */
  readonly images: string[] = [];
  closed = 0;
  readonly stdin = new PassThrough();
  readonly #played: Played;

  constructor(played: Played = {}) {
    this.#played = played;
    fs.mkdirSync(path.join(this.workspace, 'box'));
    fs.writeFileSync(path.join(this.workspace, 'box/box.ts'), 'console.error("box");\n');
  }

  /** Runs a command line of drydock on the course of this checkout. */
  async drydock(...argv: string[]): Promise<Ran> {
    const [out, err] = [new Memory(), new Memory()];
    const world: World = {
      root: path.resolve(import.meta.dirname, '../..'),
      cwd: this.workspace,
      env: { DRYDOCK_WORKSPACE: this.workspace, DRYDOCK_CACHE: path.join(this.workspace, 'no-cache') },
      stdin: this.stdin,
      stdout: out,
      stderr: err,
      now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
      signal: this.interrupt.signal,
      openSandbox: ({ image = 'guest' }) => {
        this.images.push(image);
        return this.#sandbox();
      },
    };
    const status = await dispatch(argv, world);
    return { status, out: out.text, err: err.text };
  }

  progress(): unknown {
    return JSON.parse(fs.readFileSync(path.join(this.workspace, 'progress.json'), 'utf8'));
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.workspace, { recursive: true, force: true });
  }

  #sandbox(): Sandbox {
    const state: SandboxState = { at: 'ready', kernel: { kind: 'uml', release: '6.1', image: 'sha256:0' } };
    const never = (): never => {
      throw new Error('this command does not use that');
    };
    return {
      state,
      watch: (listener) => {
        listener({ at: 'booting', kind: 'uml' });
        listener(state, 'the kernel was \u001b[31mreplaced');
        return () => {};
      },
      start: async () => {},
      parity: this.#played.parity ?? never,
      check: async (request, options) => {
        this.requests.push(request);
        return await (this.#played.check ?? passing)(request, options);
      },
      run: (request, onOutput) => (this.#played.run ?? never)(request, onOutput),
      xray: (of) => (this.#played.xray ?? never)(of),
      experiment: never,
      trace: async (request) => await (this.#played.trace ?? never)(request),
      reset: never,
      close: async () => void (this.closed += 1),
      stop: never,
    };
  }
}

class Memory extends Writable {
  text = '';

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export function result(id: string, status: CheckResult['status'], points = 1): CheckResult {
  const failed = status !== 'pass';
  return {
    id, title: `Title of ${id}`, points, status, did: failed ? 'box run -- true' : '', expected: failed ? 'one thing' : '', observed: failed ? 'another' : '', evidence: [], durationMs: 5,
  };
}

export function verdictOf(request: CheckRequest, checks: CheckResult[]): Verdict {
  return {
    schema: 'drydock.verdict/1', lesson: request.lesson, passed: checks.every(({ status }) => status === 'pass'), seed: request.seed,
    kernel: { kind: 'uml', release: '6.1', image: 'sha256:0' }, durationMs: 1000, checks,
  };
}

/** Answers with these checks, telling each as it goes. */
export function answering(...checks: CheckResult[]): NonNullable<Played['check']> {
  return async (request, options) => {
    for (const check of checks) options?.onCheck?.(check);
    return { verdict: verdictOf(request, checks), leftovers: [] };
  };
}

const passing = answering(result('one', 'pass', 2), result('two', 'pass'));
