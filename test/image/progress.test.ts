import { expect, test } from 'vitest';
import { progressTo } from '../../sandbox/image/progress.ts';

function recorder(isTTY: boolean) {
  let text = '';
  const progress = progressTo({ isTTY, columns: 40, write: (part) => (text += part) });
  return { progress, said: () => text };
}

test('without a terminal a step is two lines at most, however often it is told', () => {
  const { progress, said } = recorder(false);
  progress.note('Setting up in /cache');
  for (let done = 0; done <= 75; done++) progress.step({ what: 'fetching 108 packages (MB)', done, total: 75 });
  progress.step({ what: 'fetching 108 packages (MB)', done: 75, total: 75 });
  progress.step({ what: 'building' });
  progress.step({ what: 'building' });
  progress.end();
  expect(said()).toBe('Setting up in /cache\nfetching 108 packages (MB): 0 of 75\nfetching 108 packages (MB): 75 of 75\nbuilding\n');
});

test('on a terminal one line is rewritten, never longer than the terminal is wide, and is gone at the end', () => {
  const { progress, said } = recorder(true);
  progress.step({ what: 'unpacking packages with a name that is far too long for this line', done: 1, total: 2 });
  progress.note('a line that stays');
  progress.step({ what: 'building' });
  progress.end();
  expect(said()).toBe('unpacking packages with a name that is f'.slice(0, 39) + '\r\x1b[Ka line that stays\nbuilding\r\x1b[K');
});
