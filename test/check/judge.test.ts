/** The judge in a real kernel: right boxes and wrong ones, and every status that a check can end with. */
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { VerdictSchema } from '../../sandbox/wire/verdict.ts';
import { boxFile, Guest } from '../agent/guest.ts';
import { judgeFiles, judgeScript, outcomes, resultOf, rightBox, statuses } from './asking.ts';

// A private kernel on a busy machine is slow; what hangs is ended by the judge's own limits.
vi.setConfig({ testTimeout: 120_000 });

let guest: Guest;
beforeAll(async () => {
  guest = await Guest.boot();
}, 240_000);
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]();
});

/** A lesson of one check, from the check's body. */
function oneCheck(body: string): ReturnType<typeof boxFile>[] {
  return [boxFile('checks.test.ts', `import { lesson, fact } from '#check';
lesson('00-judge', ({ box, wall, token, check }) => {
  check('only', 'The only one', { points: 1 }, async ({ that, until }) => { ${body} });
});`)];
}

/** A lesson that is over in a moment. */
const quick = oneCheck(`that((await box.run({ command: ['true'] })).exit).is(0);`);

async function nothingIsLeft(): Promise<void> {
  const { processes, cgroups } = await guest.census();
  expect(processes).toEqual([]);
  expect(cgroups).toEqual([]);
}

describe('a right box', () => {
  test('passes, and the verdict has the form it must have', async () => {
    const asked = await judgeScript(guest, rightBox);
    expect(outcomes(asked)).toBe('runs: pass, lives: pass, status: pass, output: pass, signal: pass');
    const { verdict } = asked;
    expect(v.parse(VerdictSchema, verdict)).toEqual(verdict);
    expect(verdict).toMatchObject({ lesson: '00-judge', passed: true, seed: 'seed', kernel: { kind: 'uml' } });
    expect(verdict.checks.map(({ points }) => points)).toEqual([2, 1, 1, 1, 1]);
    for (const { did, expected, observed, evidence, mistake, fired } of verdict.checks) {
      expect({ did, expected, observed, evidence, mistake, fired }).toEqual({ did: '', expected: '', observed: '', evidence: [], mistake: undefined, fired: undefined });
    }
    expect(asked.told).toEqual(verdict.checks);
    expect(asked.leftovers).toEqual([]);
    await nothingIsLeft();
  });

  test('may be written in any language, and may be the command itself', async () => {
    const perl = `shift while $ARGV[0] ne '--'; shift; my $pid = fork // exit 125; if (!$pid) { exec { $ARGV[0] } @ARGV or exit 127 }
$SIG{TERM} = sub { kill TERM => $pid }; 1 while waitpid($pid, 0) == -1; exit($? & 127 ? 128 + ($? & 127) : $? >> 8);`;
    expect(outcomes(await judgeFiles(guest, { box: [boxFile('box.pl', perl)], command: 'perl box/box.pl' }))).toContain('runs: pass, lives: pass, status: pass, output: pass');
    const became = await judgeScript(guest, 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"');
    expect(outcomes(became)).toBe('runs: pass, lives: pass, status: pass, output: pass, signal: fail');
    expect(resultOf(became, 'signal')).toMatchObject({ expected: 'the exit status of box should be 143', observed: 'the exit status of box is none' });
    expect(resultOf(became, 'signal').evidence[0]?.lines).toEqual(['killed by SIGTERM']);
  });

  test('is found through a double fork: what counts is the wall, not the family', async () => {
    const asked = await judgeScript(guest, 'while [ "$1" != -- ]; do shift; done; shift; (setsid "$@" & ) ; sleep 2; exit 7');
    expect(resultOf(asked, 'runs').status).toBe('pass');
  });

  test('has its cgroups looked at by path', async () => {
    const script = `top=/sys/fs/cgroup; mkdir -p $top/a/b; echo 0 > $top/a/b/cgroup.procs; while [ "$1" != -- ]; do shift; done; shift; "$@"`;
    const asked = await judgeFiles(guest, {
      box: [boxFile('box.sh', script)],
      command: 'sh box/box.sh',
      checks: [boxFile('checks.test.ts', `import { derive, lesson } from '#check';
lesson('00-judge', ({ box, wall, token, check }) => {
  const sleeper = box.container({ command: ['sleep', token.seconds()] });
  check('only', 'The only one', { points: 1 }, async ({ that }) => {
    const command = await sleeper.command();
    that(wall.cgroupsMade()).equals(['/a', '/a/b']);
    that(derive('those above', wall.cgroupsOf(command).map(({ directory }) => directory.slice(wall.cgroup.directory.length)))).equals(['/a/b', '/a']);
    that(command.cgroup()).isNot(sleeper.began().value);
    that(derive('where it began', sleeper.began().value.endsWith('/home/shell'))).is(true);
    that(derive('of one outside', wall.cgroupsOf(wall.host))).equals([]);
  });
});`)],
    });
    expect(resultOf(asked, 'only')).toMatchObject({ status: 'pass', observed: '' });
  });

  test('is not blamed for the cgroups of containers that the judge has killed, and is for others', async () => {
    const script = 'own=/sys/fs/cgroup/own-$$; mkdir $own; while [ "$1" != -- ]; do shift; done; shift; (echo 0 > $own/cgroup.procs; exec "$@")';
    const ask = (body: string): ReturnType<typeof judgeFiles> => judgeFiles(guest, {
      box: [boxFile('box.sh', script)],
      command: 'sh box/box.sh',
      checks: [boxFile('checks.test.ts', `import { lesson } from '#check';
lesson('00-judge', ({ box, token, check }) => {
  check('only', 'The only one', { points: 1 }, async ({ that }) => { ${body} });
});`)],
    });
    const killed = await ask("for (const _ of [1, 2, 3]) that((await box.container({ command: ['sleep', token.seconds()] }).command()).argv()).contains('sleep');");
    expect([killed.verdict.passed, killed.leftovers]).toEqual([true, []]);
    const ended = await ask("for (const _ of [1, 2, 3]) that((await box.run({ command: ['true'] })).exit).is(0);");
    expect([ended.verdict.passed, ended.leftovers.map(({ kind }) => kind)]).toEqual([true, ['cgroup', 'cgroup']]);
  });

  test('two checks at once are judged one after the other, each by its own seed', async () => {
    const [one, two] = await Promise.all([judgeScript(guest, rightBox, { seed: 'one' }), judgeScript(guest, rightBox, { seed: 'two' })]);
    expect([one.verdict.passed, one.verdict.seed, two.verdict.passed, two.verdict.seed]).toEqual([true, 'one', true, 'two']);
  });
});

describe('a wrong box', () => {
  test('is told what was done, expected and observed; what needed it is blocked', async () => {
    const asked = await judgeScript(guest, 'echo "box: I would rather not" >&2; exit 3');
    expect(outcomes(asked)).toBe('runs: fail, lives: blocked, status: fail, output: blocked, signal: blocked');
    expect(asked.verdict.passed).toBe(false);
    const runs = resultOf(asked, 'runs');
    expect(runs.did).toMatch(/^box run -- sleep 86400\.\d{6}$/);
    const argv = runs.did.slice('box run -- '.length);
    expect(runs.expected).toBe(`a process runs ${argv}`);
    expect(runs.observed).toBe('none does: box has exited with status 3, and said: box: I would rather not');
    expect(runs.evidence).toEqual([
      { source: `wait(2) on ${runs.did}`, lines: ['exited with status 3'] },
      { source: `standard error of ${runs.did}`, lines: ['box: I would rather not'] },
    ]);
    expect(resultOf(asked, 'lives')).toMatchObject({ blockedBy: ['runs'], did: '', observed: '' });
    expect(resultOf(asked, 'output').blockedBy).toEqual(['status']);
  });

  test('is judged up to the first check that fails, where no more is asked for', async () => {
    const wrongStatus = rightBox.replace('exit $?', 'exit 99');
    expect(outcomes(await judgeScript(guest, wrongStatus))).toBe('runs: pass, lives: pass, status: fail, output: blocked, signal: fail');
    const asked = await judgeScript(guest, wrongStatus, { firstFailure: true });
    expect(outcomes(asked)).toBe('runs: pass, lives: pass, status: fail, output: blocked, signal: blocked');
    expect(resultOf(asked, 'signal')).toMatchObject({ blockedBy: ['status'], did: '' });
  });

  test('that prints what it thinks the check wants passes nothing', async () => {
    const asked = await judgeScript(guest, `
printf 'TAP version 14\\n1..5\\nok 1 - runs\\nok 2 - lives\\nok 3\\nok 4\\nok 5\\n::notice title=Autograding report::{"totalPoints":6}\\n'
printf '{"schema":"drydock.verdict/1","passed":true,"checks":[{"id":"runs","status":"pass"}]}\\n' | tee /tmp/results.json
echo "$@"; exit 0`);
    expect(outcomes(asked)).toBe('runs: fail, lives: blocked, status: fail, output: blocked, signal: blocked');
  });

  test('that ends the process when it is imported passes nothing', async () => {
    const asked = await judgeFiles(guest, { box: [boxFile('box.ts', 'process.exit(0);\n')] });
    expect(outcomes(asked)).toBe('runs: fail, lives: blocked, status: fail, output: blocked, signal: blocked');
    expect(resultOf(asked, 'runs').observed).toBe('none does: box has exited with status 0 and said nothing');
  });

  test('with a syntax error is shown the error, not the stack below it', async () => {
    const asked = await judgeFiles(guest, { box: [boxFile('box.ts', 'const x = ;\n')] });
    expect(resultOf(asked, 'runs').observed).toMatch(/^none does: box has exited with status 1, and said: SyntaxError/);
  });

  test('that leaves things behind: they are named, and gone', async () => {
    const asked = await judgeScript(guest, `(setsid sleep 4711 >/dev/null 2>&1 &); ${rightBox}`);
    expect(asked.verdict.passed).toBe(true);
    expect(asked.leftovers).toContainEqual(expect.objectContaining({ kind: 'process', what: 'sleep 4711' }));
    await nothingIsLeft();
  });

  test('that started something else and now sleeps is not waited for to the end', async () => {
    const started = performance.now();
    const { verdict } = await judgeScript(guest, 'shift 2; sleep 4712 & wait', { checks: oneCheck(`await box.container({ command: ['true', token.word()] }).command();`) });
    expect(verdict.checks[0]?.status).toBe('fail');
    expect(verdict.checks[0]?.observed).toMatch(/^after \d+\.\d s none does, and box still runs$/);
    expect(verdict.checks[0]?.durationMs).toBeLessThan(8_000);
    expect(performance.now() - started).toBeLessThan(60_000);
  });
});

describe('limits', () => {
  test.each([
    ['timeout', 'sleep 4713', 'box had not ended after 3 s'],
    ['timeout', 'trap "" TERM INT HUP; while :; do :; done', 'box had not ended after 3 s'],
    ['memory', 'tail /dev/zero; exit 1', 'box and what it started used more memory than the sandbox has'],
    ['pids', `perl -e 'for (1..400) { my $pid = fork; exit 1 if !defined $pid; if (!$pid) { sleep 60; exit } }'; exit 1`, 'box and what it started made more processes than the sandbox allows'],
    ['output', 'yes', 'box and what it started wrote more output than is kept'],
    ['disk', 'head -c 80000000 /dev/zero > /work/full; exit 1', 'box and what it started filled the disk of the sandbox'],
  ])('%s: %s', async (status, script, observed) => {
    const timeLimit = status === 'timeout' ? 1_500 : 30_000;
    const asked = await judgeScript(guest, script, { checks: oneCheck(`that((await box.run({ command: ['true'], timeLimit: ${timeLimit} })).exit).is(0);`) });
    expect(resultOf(asked, 'only')).toMatchObject({ status, observed });
    expect(asked.verdict.passed).toBe(false);
    await nothingIsLeft();
    // The next one is judged as if nothing had been.
    expect((await judgeScript(guest, rightBox, { checks: quick })).verdict.passed).toBe(true);
  });

  test('a fork bomb', async () => {
    const checks = oneCheck(`await box.container({ command: ['true', token.word()] }).command();`);
    const asked = await judgeScript(guest, 'bomb() { bomb | bomb & }; bomb; wait; sleep 4714', { checks });
    expect(resultOf(asked, 'only').status).toBe('pids');
    await nothingIsLeft();
  });
});

describe('what a check can do', () => {
  test.each([
    ['give box a terminal of a size', `that((await box.run({ command: ['stty', 'size'], terminal: { columns: 100, rows: 40 } })).stdout).is('40 100\\r\\n');`],
    ['run a command beside box', `const { stdout, exit } = await wall.run(['cat'], { input: 'typed' }); that(stdout).is('typed'); that(exit).is(0);`],
    ['lay a file with a mode, and open it from outside', `const path = await wall.file('/tmp/dir/file', 'content', 0o640);
      that((await wall.run(['stat', '-c', '%a %u %g', path])).stdout).is('640 0 0\\n');
      that(fact('the content', (await import('node:fs')).readFileSync(wall.outside(path), 'utf8'), 'x', [])).is('content');`],
    ['wait for something to become so', `const path = '/tmp/' + token.word();
      const started = box.container({ command: ['sh', '-c', 'sleep 0.5; touch ' + path] });
      const there = await until(() => fact('the file', wall.host.file(path).value !== null, 'x', []), (it) => it, 1);
      that(there).is(false);
      await started.command();
      that(await until(() => fact('the file', wall.host.file(path).value !== null, 'x', []), (it) => it)).is(true);`],
    ['type to a command, and see how box ended', `const shell = box.container({ command: ['sh', '-s', token.word()] });
      const command = await shell.command();
      that(command.namespace('pid')).is(wall.host.namespace('pid').value);
      await shell.write('exit 42\\n');
      that((await shell.ended()).exit).is(42);`],
    ['call box in any way', `const { exit, stderr } = await box.call(['ps', '-a']); that(exit).is(9); that(stderr).contains('box: no -- in ps -a');`],
    ['kill box itself, and see the signal', `const sleeper = box.container({ command: ['sleep', token.seconds()] });
      await sleeper.command();
      await sleeper.signal('SIGKILL', 'box');
      const { exit, signal } = await sleeper.ended();
      that(exit).is(null); that(signal).is('SIGKILL');`],
  ])('%s', async (_what, body) => {
    const script = `case " $* " in *" -- "*) ;; *) echo "box: no -- in $*" >&2; exit 9;; esac; ${rightBox}`;
    const asked = await judgeScript(guest, script, { checks: oneCheck(body) });
    expect(resultOf(asked, 'only')).toMatchObject({ observed: '', status: 'pass' });
  });
});

test('box gave up on a system call: the errno doctor says why, after the result was told', async () => {
  const script = 'mount -t tmpfs none /work/nowhere || { echo "box: mount failed" >&2; exit 125; }';
  const asked = await judgeScript(guest, script, { checks: quick });
  expect(asked.told[0]?.observed).toBe('the exit status of box is 125');
  expect(resultOf(asked, 'only').observed).toMatch(/^the exit status of box is 125; mount\("none", "\/work\/nowhere", "tmpfs".*\) failed with ENOENT\. .+/);
  expect(asked.leftovers).toEqual([]);
});

describe('what is wrong with the check itself is an error, never a verdict on the box', () => {
  test.each([
    ['it states nothing', oneCheck(`await box.run({ command: ['true'] });`), 'only', 'the check states nothing: it made no claim about any fact'],
    ['it throws', oneCheck(`null.x;`), 'only', "TypeError: Cannot read properties of null (reading 'x')"],
    ['it ends the process', oneCheck(`process.exit(0);`), 'only', 'Error: process.exit(0) was called in a check'],
    ['an assertion that nobody waits for', oneCheck(`that(fact('x', 1, 's', [])).is(1); Promise.reject(new Error('astray')); await new Promise((resolve) => setTimeout(resolve, 20));`), 'checks-file', 'Error: astray'],
    ['it is not TypeScript', [boxFile('checks.test.ts', 'lesson(;')], 'checks-file', /SyntaxError/],
    ['it defines nothing', [boxFile('checks.test.ts', 'export {};')], 'checks-file', /no checks|No test/],
    ['it is another lesson’s', [boxFile('checks.test.ts', statuses.replace("'00-judge'", "'07-layers'"))], 'checks-file', /this file defines the checks of 07-layers, not of 00-judge/],
    ['two checks have one id', [boxFile('checks.test.ts', statuses.replace("check('lives'", "check('runs'"))], 'checks-file', /two checks are called runs/],
    ['it needs what is not there', [boxFile('checks.test.ts', statuses.replace("needs: ['status']", "needs: ['nonsense']"))], 'checks-file', /the check output needs nonsense, which is no check before it/],
  ])('%s', async (_what, checks, id, observed) => {
    const asked = await judgeScript(guest, rightBox, { checks });
    expect(resultOf(asked, id)).toMatchObject({ status: 'error', observed: observed instanceof RegExp ? expect.stringMatching(observed) : observed });
    expect(asked.verdict.passed).toBe(false);
    expect(asked.told.map((result) => result.id)).toContain(id);
    // The next one is judged as if nothing had been.
    expect((await judgeScript(guest, rightBox, { checks: quick })).verdict.passed).toBe(true);
  });
});

test('who traces the first process of the sandbox reaches for the judge', async () => {
  const asked = await judgeScript(guest, `strace -o /dev/null -p 1 2>/dev/null & sleep 1; ${rightBox}`, { checks: quick });
  expect(resultOf(asked, 'only')).toMatchObject({ status: 'tamper', observed: expect.stringMatching(/belongs to the judge, is being traced by process \d+, strace$/) });
});

test('the same seed gives the same run, another seed another', async () => {
  const did = async (seed: string): Promise<string[]> => (await judgeScript(guest, 'exit 1', { seed })).verdict.checks.map((check) => check.did);
  const first = await did('s1');
  expect(await did('s1')).toEqual(first);
  expect(await did('s2')).not.toEqual(first);
});

test('a cancelled check ends at once, with everything that it started', async () => {
  const abort = new AbortController();
  const asked = judgeScript(guest, 'sleep 4715', {}, abort.signal);
  const failed = expect(asked).rejects.toMatchObject({ reason: 'cancelled' });
  await expect.poll(async () => (await guest.census()).processes.some((line) => line.endsWith('sleep 4715')), { timeout: 30_000 }).toBe(true);
  const started = performance.now();
  abort.abort();
  await failed;
  expect(performance.now() - started).toBeLessThan(10_000);
  await nothingIsLeft();
  expect((await judgeScript(guest, rightBox)).verdict.passed).toBe(true);
});
