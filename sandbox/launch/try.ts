/**
 * For people who work on the sandbox: boots a private kernel of their own and asks its agent something.
 *
 *   node sandbox/launch/try.ts                       hello to the real agent
 *   node sandbox/launch/try.ts '{"op":"census"}' …   any requests, as JSON, one after the other
 *   node sandbox/launch/try.ts --sh 'COMMAND'        a command as the kernel's own root, outside any wall, without the agent
 *
 * What the kernel's console says (the agent's stderr among it) goes to standard error.
 */
import { progressTo } from '../image/progress.ts';
import { ensureKernel } from '../image/setup.ts';
import { encodeFrame, FrameReader } from '../wire/frames.ts';
import type { FromAgent, LineRead } from '../wire/messages.ts';
import { Paced } from './paced.ts';
import { bootUml } from './uml.ts';

const args = process.argv.slice(2);
const shell = args[0] === '--sh' ? args[1] ?? 'id' : undefined;
const requests = shell !== undefined ? [{ op: 'run', argv: ['sh', shell] }]
  : args.length === 0 ? [{ op: 'hello' }] : args.map((text) => JSON.parse(text) as object);

const progress = progressTo(process.stderr);
const files = await ensureKernel(progress);
progress.end();
const started = performance.now();
const kernel = bootUml(files, shell === undefined ? {} : { agent: 'test/launch/fixtures/echo-agent.ts' });
kernel.console.pipe(process.stderr);
const reader = new FrameReader();
const line = new Paced(kernel.input, () => {});

// The first request tells the line how far the agent reads: without it, a large one would overrun it (see paced.ts).
for (const [index, request] of [{ op: 'hello' }, ...requests].entries()) {
  line.write(encodeFrame({ id: String(index), ...request }));
  const lost = kernel.ended.then((words) => Promise.reject(new Error(`the kernel ended: ${words}`)));
  await Promise.race([answered(String(index)), lost]);
}
kernel.kill();

/** Prints what comes for this request until it is done: output as it is, everything else as JSON. */
async function answered(id: string): Promise<void> {
  for await (const chunk of kernel.output.iterator({ destroyOnReturn: false })) {
    for (const message of reader.push(chunk as Buffer) as Generator<FromAgent | LineRead>) {
      if (message.event === 'read') {
        line.read(message.bytes);
        continue;
      }
      const seconds = ((performance.now() - started) / 1000).toFixed(2);
      if (message.event === 'output') process.stdout.write(Buffer.from(message.base64, 'base64'));
      else process.stdout.write(`[${seconds} s] ${JSON.stringify(message)}\n`);
      if (message.id === id && (message.event === 'done' || message.event === 'failed')) return;
    }
  }
}
