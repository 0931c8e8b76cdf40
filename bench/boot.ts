/** The private kernel's start, to an agent that answers, beside the bare kernel's, to a shell that speaks: as the package boots, and with our words. */
import { once } from 'node:events';
import { progressTo } from '../sandbox/image/progress.ts';
import { ensureKernel, type KernelFiles } from '../sandbox/image/setup.ts';
import { bootUml } from '../sandbox/launch/uml.ts';
import { encodeFrame, FrameReader } from '../sandbox/wire/frames.ts';
import { inTurn, median, ms, type Row } from './measure.ts';

const RUNS = 7;

export async function boot(): Promise<Row[]> {
  const progress = progressTo(process.stderr);
  const files = await ensureKernel(progress);
  progress.end();
  const [ready, bare, trimmed] = await inTurn(RUNS, () => toAgent(files), () => toShell(files, true), () => toShell(files, false));
  const ratio = median(ready) / median(bare);
  return [
    {
      what: 'private kernel: ready agent / bare kernel as packaged, to a shell', figure: `${ratio.toFixed(2)} (${ms(median(ready))} / ${ms(median(bare))})`,
      budget: '≤ 2', holds: ratio <= 2,
    },
    { what: 'the same kernel with our command line, to a shell', figure: ms(median(trimmed)), budget: '', holds: true },
  ];
}

/** Until the agent has answered its first request. */
async function toAgent(files: KernelFiles): Promise<number> {
  const began = performance.now();
  const kernel = bootUml(files);
  try {
    kernel.input.write(encodeFrame({ op: 'hello', id: '0' }));
    const reader = new FrameReader();
    for await (const chunk of kernel.output) {
      for (const message of reader.push(chunk as Buffer)) {
        if ((message as { event?: string }).event === 'done') return performance.now() - began;
      }
    }
    throw new Error(`the kernel ended: ${await kernel.ended}`);
  } finally {
    kernel.kill();
    await kernel.ended;
  }
}

/** Until a shell, started in place of init, shows its prompt on the console. */
async function toShell(files: KernelFiles, untrimmed: boolean): Promise<number> {
  const began = performance.now();
  const kernel = bootUml(files, { words: ['init=/bin/sh'], untrimmed });
  try {
    let said = '';
    while (!/[#$] $/.test(said)) said += String((await once(kernel.console, 'data'))[0]);
    return performance.now() - began;
  } finally {
    kernel.kill();
    await kernel.ended;
  }
}
