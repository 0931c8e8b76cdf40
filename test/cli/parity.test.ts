/** `drydock parity` around a sandbox that is played: whom it probes, what it prints and ends with. */
import { expect, test } from 'vitest';
import { SandboxError } from '../../src/check/sandbox.ts';
import type { Sandbox } from '../../src/check/types.ts';
import type { ParityRun } from '../../src/check/wire.ts';
import { allProbes } from '../../src/report/parity/index.ts';
import { JudgedWorld } from './judged-world.ts';

type Asked = Parameters<Sandbox['parity']>[0];

const good: ParityRun = {
  did: 'box run -- sleep 1', started: true, refused: [], durationMs: 1,
  rows: allProbes.map(({ id }) => ({ id, standing: 'good', value: 'own', evidence: [] })),
};
const kernel = { kind: 'uml', release: '6.1', image: 'sha256:0' } as const;

function world(answer: (asked: Asked) => ParityRun | Error = () => good): { world: JudgedWorld; asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    world: new JudgedWorld({
      parity: async (request) => {
        asked.push(request);
        const run = answer(request);
        if (run instanceof Error) throw run;
        return { run, kernel };
      },
    }),
  };
}

test('the learner’s box and what the lessons’ sandbox has; status 0; how to get the others', async () => {
  const { world: w, asked } = world();
  using _world = w;
  const { status, out, err } = await w.drydock('parity', '--seed', 'abc');
  expect(status).toBe(0);
  expect(asked.map(({ seed, command }) => [seed, command])).toEqual([['abc', undefined], ['abc', 'node box/box.ts unshare']]);
  expect(asked[0]?.box.map(({ path }) => path)).toEqual(['box.ts']);
  expect(asked[1]?.box.map(({ path }) => path)).toContain('box.ts');
  expect(out).toMatch(/^ {22}your box +unshare$/m);
  expect(out).toContain('drydock parity --with-runtimes');
  expect(err).toContain('Probing your box (1 of 2).');
  expect(w.closed).toBe(1);
});

test('--with-runtimes asks the sandbox that has them', async () => {
  const { world: w, asked } = world();
  using _world = w;
  const { out } = await w.drydock('parity', '--with-runtimes', '--json');
  expect(w.images).toEqual(['foreign']);
  expect(asked.map(({ command }) => command?.split(' ').at(-1))).toEqual([undefined, 'unshare', 'bubblewrap', 'runc', 'crun']);
  expect(JSON.parse(out)).toMatchObject({ schema: 'drydock.parity/1', image: 'foreign', absent: [] });
});

test('--reference: the solution of a lesson; --box: another way to start one’s own', async () => {
  const { world: w, asked } = world();
  using _world = w;
  await w.drydock('parity', '--reference', '3');
  expect(asked[0]?.box.map(({ path }) => path)).toContain('run.ts');
  await w.drydock('parity', '--box', 'python3 box/box.py');
  expect(asked[2]).toMatchObject({ command: 'python3 box/box.py' });
});

test.each([['markdown', /^# Isolation/], ['csv', /^group,probe,title,/], ['text', /^Isolation/]])('--format %s', async (format, begins) => {
  const { world: w } = world();
  using _world = w;
  expect((await w.drydock('parity', '--format', format)).out).toMatch(begins);
});

test('a box that starts nothing: status 1; a kernel that is lost on the way: not known, and the others go on', async () => {
  const silent: ParityRun = { ...good, started: false, why: 'no', rows: [] };
  const { world: w } = world(({ command }) => (command === undefined ? silent : new SandboxError('kernel', 'the kernel was lost')));
  using _world = w;
  const { status, out } = await w.drydock('parity');
  expect(status).toBe(1);
  expect(out.replaceAll(/\s+/g, ' ')).toContain('unshare did not start the command, so nothing is known of it: the kernel was lost');
});

test('no kernel at all is our trouble, and no scorecard', async () => {
  const { world: w } = world(() => new SandboxError('kernel', 'the kernel was lost'));
  using _world = w;
  expect(await w.drydock('parity')).toMatchObject({ status: 4, out: '' });
});

test.each([
  [['--format', 'cvs'], /There is no format "cvs"\.\n {2}→ Did you mean csv\?/],
  [['--json', '--format', 'csv'], /--json and --format csv were given|"error":"--json and --format csv/],
  [['--reference', '3', '--box', 'x'], /exclude each other/],
  [['--reference', 'nowhere'], /There is no lesson "nowhere"/],
  [['--seed', 'a b'], /is no seed/],
])('%j is a matter of usage', async (argv, message) => {
  const { world: w, asked } = world();
  using _world = w;
  const { status, out, err } = await w.drydock('parity', ...argv);
  expect(status).toBe(2);
  expect(out + err).toMatch(message);
  expect(asked).toEqual([]);
});
