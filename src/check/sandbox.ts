/** The sandbox over a client of the workspace's kernel: one method for each thing it can be asked for. */
import { Client, type ConnectOptions } from '../../sandbox/launch/client.ts';
import type { DoneValue, Event } from '../../sandbox/wire/messages.ts';
import type { RunHandle, Sandbox, SandboxState } from './types.ts';
import type { CheckResult, Xray } from './wire.ts';

export { RequestError as SandboxError } from '../../sandbox/launch/client.ts';

/** The workspace's sandbox, run from the sources in `root`. Starts nothing before it is first asked for something. */
export function openSandbox({ root, env = {}, ...options }: Omit<ConnectOptions, 'env'> & { root: string; env?: Record<string, string | undefined> }): Sandbox {
  return new LaunchedSandbox(new Client({ ...options, env: { ...process.env, ...env, DRYDOCK_ROOT: root } }));
}

class LaunchedSandbox implements Sandbox {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  get state(): SandboxState {
    return this.#client.state;
  }

  watch(listener: (state: SandboxState, note?: string) => void): () => void {
    return this.#client.onState(listener);
  }

  start(): Promise<void> {
    return this.#client.start();
  }

  async check(request: Parameters<Sandbox['check']>[0], options: Parameters<Sandbox['check']>[1] = {}): ReturnType<Sandbox['check']> {
    const { onCheck, signal } = options;
    const onEvent = (event: Event) => {
      if (event.event === 'check') onCheck?.(event.result satisfies CheckResult);
    };
    const value = await this.#client.request({ op: 'check', ...request }, { onEvent, ...(signal && { signal }) });
    const { verdict, leftovers, nonce } = expectValue(value, 'check');
    return { verdict, leftovers, ...(nonce === undefined ? {} : { nonce }) };
  }

  async parity(request: Parameters<Sandbox['parity']>[0], { signal }: { signal?: AbortSignal } = {}): ReturnType<Sandbox['parity']> {
    const { run, kernel } = expectValue(await this.#client.request({ op: 'parity', ...request }, signal ? { signal } : {}), 'parity');
    return { run, kernel };
  }

  async experiment(
    request: Parameters<Sandbox['experiment']>[0],
    options: Parameters<Sandbox['experiment']>[1] = {},
  ): ReturnType<Sandbox['experiment']> {
    const { onOutput, signal } = options;
    const decoder = new TextDecoder(); // A character may be split between two events.
    const onEvent = (event: Event) => {
      if (event.event === 'output') onOutput?.(decoder.decode(Buffer.from(event.base64, 'base64'), { stream: true }));
    };
    const value = await this.#client.request({ op: 'experiment', ...request }, { onEvent, ...(signal && { signal }) });
    const { output, ending } = expectValue(value, 'experiment');
    return { output, ending };
  }

  async trace(request: Parameters<Sandbox['trace']>[0], { signal }: NonNullable<Parameters<Sandbox['trace']>[1]> = {}): ReturnType<Sandbox['trace']> {
    return expectValue(await this.#client.request({ op: 'trace', ...request }, signal ? { signal } : {}), 'trace').run;
  }

  run(request: Parameters<Sandbox['run']>[0], onOutput: Parameters<Sandbox['run']>[1]): RunHandle {
    const started = Promise.withResolvers<number | undefined>();
    const onEvent = (event: Event) => {
      if (event.event === 'output') onOutput(event.stream, Buffer.from(event.base64, 'base64'));
      if (event.event === 'started') started.resolve(event.pid);
    };
    const client = this.#client;
    const { id: target, ended } = client.begin({ op: 'run', ...request }, { onEvent });
    ended.finally(() => started.resolve(undefined)).catch(() => {});
    return {
      write: (bytes) => client.send({ op: 'input', target, base64: Buffer.from(bytes).toString('base64') }),
      end: () => client.send({ op: 'inputEnd', target }),
      resize: (terminal) => client.send({ op: 'resize', target, terminal }),
      signal: (signal) => client.send({ op: 'signal', target, signal }),
      finish: () => client.send({ op: 'end', target }),
      started: started.promise,
      ended: ended.then((value) => {
        const { ending, leftovers } = expectValue(value, 'run');
        return { ending, leftovers };
      }),
    };
  }

  async xray(of?: string): Promise<Xray> {
    const value = await this.#client.request({ op: 'xray', ...(of === undefined ? {} : { of }) });
    const { readXray } = await import('./xray.ts');
    return readXray(expectValue(value, 'xray').xray);
  }

  async reset(session: string): Promise<void> {
    await this.#client.request({ op: 'reset', session });
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  stop(): Promise<void> {
    return this.#client.stop();
  }
}

function expectValue<Op extends DoneValue['op']>(value: DoneValue, op: Op): Extract<DoneValue, { op: Op }> {
  if (value.op !== op) throw new Error(`the agent answered a ${op} with ${value.op}`);
  return value as Extract<DoneValue, { op: Op }>;
}
