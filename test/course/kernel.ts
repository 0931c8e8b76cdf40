/** A private kernel of a size of one's own, without a keeper, for what needs more room than a lesson does. */
import type { Size } from '../../sandbox/launch/kernel.ts';
import { ensureKernel } from '../../sandbox/image/setup.ts';
import { Paced } from '../../sandbox/launch/paced.ts';
import { bootUml } from '../../sandbox/launch/uml.ts';
import { encodeFrame, FrameReader } from '../../sandbox/wire/frames.ts';
import type { DoneValue, FromAgent, LineRead, Request } from '../../sandbox/wire/messages.ts';

type RunRequest = Extract<Request, { op: 'run' }>;
export type Ran = Extract<DoneValue, { op: 'run' }> & { stdout: string; stderr: string };

/** Boots it, runs one command in a fresh wall, and ends it. Throws where the kernel or the request fails. */
export async function runInKernel(size: Size, request: Omit<RunRequest, 'op' | 'wall'>): Promise<Ran> {
  const kernel = bootUml(await ensureKernel({ step() {}, note() {} }), { size });
  try {
    const line = new Paced(kernel.input, () => {});
    const reader = new FrameReader();
    const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    const text = (stream: 'stdout' | 'stderr'): string => Buffer.concat(said[stream]).toString('utf8');
    // From the first answer on the line knows how far the agent reads: see paced.ts.
    line.write(encodeFrame({ id: 'hello', op: 'hello' }));
    for await (const chunk of kernel.output) {
      for (const message of reader.push(chunk as Buffer) as Generator<FromAgent | LineRead>) {
        if (message.event === 'read') line.read(message.bytes);
        else if (message.event === 'output') said[message.stream].push(Buffer.from(message.base64, 'base64'));
        else if (message.event === 'failed') throw new Error(`${message.reason}: ${message.message}`);
        else if (message.event === 'done' && message.id === 'hello') line.write(encodeFrame({ id: 'run', op: 'run', wall: 'fresh', ...request }));
        else if (message.event === 'done' && message.value.op === 'run') return { ...message.value, stdout: text('stdout'), stderr: text('stderr') };
      }
    }
    throw new Error(`the kernel ended: ${await kernel.ended}`);
  } finally {
    kernel.kill();
    await kernel.ended;
  }
}
