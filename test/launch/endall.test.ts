/** A kernel that is not wanted any more while it is being started: whatever the moment, nothing of it goes on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { findKernel } from '../../sandbox/image/setup.ts';
import { bootUml } from '../../sandbox/launch/uml.ts';

vi.setConfig({ testTimeout: 120_000 });

test('a kernel that is ended while it starts is gone, at any of sixty moments', async () => {
  const files = findKernel();
  if (!files) throw new Error('npm test sets the kernel up before the tests');
  for (let moment = 0; moment < 60; moment++) {
    const kernel = bootUml(files);
    await sleep(moment / 2);
    kernel.kill();
    // It settles when every process that holds an end of its pipes is gone: the kernel's are among them.
    const ended = await Promise.race([kernel.ended, sleep(10_000, 'not ended')]);
    expect(ended, `killed after ${moment / 2} ms`).toMatch(/ended with/);
  }
});
