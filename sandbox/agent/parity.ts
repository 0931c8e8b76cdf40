/** A `parity` request: one runtime, started as box, under the isolation probes. */
import { pace } from '../check/session.ts';
import { probeRuntime } from '../parity/run.ts';
import { Wall } from '../wall/wall.ts';
import type { DoneValue, Request } from '../wire/messages.ts';
import type { Context } from './context.ts';

type ParityRequest = Extract<Request, { op: 'parity' }>;

/** Its wall is made for it and removed; nothing that it does meets a check. */
export async function parityRequest(request: ParityRequest, context: Context): Promise<Extract<DoneValue, { op: 'parity' }>> {
  const { world: { wallRoot, disk, kernel }, signal } = context;
  const started = performance.now();
  await using wall = await Wall.open({ root: wallRoot, disk, signal, box: request.box });
  const stop = (): void => void wall.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const version = request.version === undefined ? undefined : await firstLine(wall, request.version);
    const found = await probeRuntime({
      lesson: 'parity', seed: request.seed, allRules: false, wall: Promise.resolve(wall), signal,
      ...pace,
      ...(request.command === undefined ? {} : { command: request.command }),
    }, wall);
    return { op: 'parity', kernel, run: { ...found, ...(version === undefined ? {} : { version }), durationMs: Math.round(performance.now() - started) } };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What a program says of its version; undefined where it says nothing of the kind. */
async function firstLine(wall: Wall, argv: readonly string[]): Promise<string | undefined> {
  const asked = wall.spawn(argv, { timeLimit: 10_000 });
  asked.endInput();
  const { code } = await asked.ended;
  const line = asked.stdout.toString('utf8').split('\n', 1)[0]?.trim().slice(0, 80);
  return code === 0 && line ? line : undefined;
}
