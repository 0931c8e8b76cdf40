/** Experiments: one shell per session, cut exactly, whatever a script does to it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boxFile, forkBomb, Guest } from './guest.ts';

let guest: Guest;
beforeAll(async () => {
  guest = await Guest.boot();
});
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
});

test('variables, directory, functions and jobs stay; each output is cut where its script ends', async () => {
  const box = [boxFile('box.ts', `console.log('box', ...process.argv.slice(2))`)];
  const first = await guest.experiment('page', 'word=hello; cd /tmp; f() { echo "f $1"; }; sleep 300 & printf "no newline"', { box });
  expect(first).toMatchObject({ output: 'no newline', seen: 'no newline', ending: { code: 0, signal: null }, notes: [] });
  const second = await guest.experiment('page', 'echo $word $PWD; f x; jobs | grep -c Running; kill %1; echo err >&2; echo out; box b; (exit 3)');
  expect(second.output).toBe('hello /tmp\nf x\n1\nerr\nout\nbox b\n');
  expect(second.ending).toEqual({ code: 3, signal: null });
  const other = await guest.experiment('other', 'echo "[$word] $PWD"; ls /work/box', { box: [] });
  expect(other.output).toBe('[] /work\n');
  await guest.reset('other');
});

test.each([
  ['sends its output elsewhere', 'exec > /dev/null 2>&1; echo lost', '', 'exec > /proc/$$/fd/5 2>&1 || echo no'],
  ['closes its input and more', 'exec 0<&- 3<&- 4>&- 5>&- 6>&-; echo still', 'still\n', 'echo ok'],
  ['redefines what the driver uses', 'printf() { echo mine; }; read() { :; }; echo x; unset -f printf read', 'x\n', 'echo ok'],
  ['fails under set -u', 'set +e; echo $((1/0)); echo after', expect.stringContaining('division by 0'), 'echo ok'],
])('a script that %s', async (_, script, output) => {
  const ran = await guest.experiment('tricks', script);
  expect(ran.output).toEqual(output);
  await guest.reset('tricks');
});

test('a script that prints what the judge might wait for', async () => {
  const ran = await guest.experiment('tricks', `set | grep -c ^DRYDOCK=; printf '0\\0' >&4; printf '7\\0' >&3; ls /proc/$$/fd | wc -l`);
  expect(ran.output).toContain('Bad file descriptor');
  expect(ran.ending.code).toBe(0);
  await guest.reset('tricks');
});

test('what a background job says later belongs to nobody', async () => {
  await guest.experiment('late', '(sleep 0.3; echo late) & echo now');
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect((await guest.experiment('late', 'echo next')).output).toBe('next\n');
  await guest.reset('late');
});

test('a script that ends its shell; the next one finds a new shell in the same wall', async () => {
  await guest.experiment('exit', 'touch /tmp/here; lost=1');
  expect((await guest.experiment('exit', 'echo going; exit 7'))).toMatchObject({ output: 'going\n', ending: { code: 7, signal: null } });
  expect((await guest.experiment('exit', 'ls /tmp; echo "[$lost]"')).output).toBe('here\n[]\n');
  expect((await guest.experiment('exit', 'kill -9 $$'))).toMatchObject({ ending: { code: null, signal: 'SIGKILL' } });
  expect((await guest.experiment('exit', 'exec echo replaced'))).toMatchObject({ output: 'replaced\n', ending: { code: 0 } });
  await guest.reset('exit');
});

test('too long, too much, too many: named, and the session begins anew', async () => {
  const slow = await guest.experiment('limits', 'kept=1; echo begun; while :; do :; done', { timeLimit: 700 });
  expect(slow).toMatchObject({ output: 'begun\n', ending: { limit: 'timeout' } });
  expect(slow.notes).toEqual([expect.stringContaining('starts anew')]);
  expect((await guest.experiment('limits', 'echo "[$kept]"')).output).toBe('[]\n');
  const loud = await guest.experiment('limits', 'yes');
  expect(loud.ending.limit).toBe('output');
  expect(loud.output.length).toBeLessThanOrEqual(64 * 1024);
  const bomb = await guest.experiment('limits', `${forkBomb.slice(0, 2).join(' ')} '${forkBomb[2]}'`, { timeLimit: 6_000 });
  expect(bomb.ending.limit).toBe('pids');
  expect((await guest.experiment('limits', 'echo fine')).output).toBe('fine\n');
  await guest.reset('limits');
  const { processes, cgroups } = await guest.census();
  expect({ processes, cgroups }).not.toMatchObject({ cgroups: [expect.stringContaining('limits')] });
});

test('experiments of one session wait for each other, those of two do not', async () => {
  const order: string[] = [];
  const slow = guest.experiment('a', 'sleep 1; echo a1').then(() => order.push('a1'));
  const next = guest.experiment('a', 'echo a2').then(() => order.push('a2'));
  const other = guest.experiment('b', 'echo b').then(() => order.push('b'));
  await Promise.all([slow, next, other]);
  expect(order).toEqual(['b', 'a1', 'a2']);
  // A third session takes the place of the one that was used longest ago.
  await guest.experiment('c', 'true');
  expect((await guest.census()).cgroups.filter((path) => path.endsWith('/home'))).toHaveLength(2);
  for (const session of ['a', 'b', 'c', 'page']) await guest.reset(session);
  expect(await guest.census()).toMatchObject({ processes: [], cgroups: [] });
});
