/** X-ray, trace, probes and a drill on `here`, with the judge's own agent, inside a private kernel as in here.test.ts. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openSandbox } from '../../src/check/sandbox.ts';
import { toWire } from '../../src/check/tree.ts';
import type { Sandbox } from '../../src/check/types.ts';
import { prepareDrill } from '../../src/drill/prepare.ts';
import { mistakeTree, solutionTree } from '../../src/lesson/lay/trees.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { typicalRun } from '../../src/lesson/typical.ts';
import { ownBox } from '../../src/parity/contenders.ts';
import { probeAll } from '../../src/parity/probe.ts';
import { ask, tracedBy } from '../../src/trace/index.ts';
import { awaitContainer } from '../../src/tui/xray/started.ts';
import { checkout } from '../lesson/fixture.ts';
import { faultsOfTrace, faultsOfXray } from '../sweep/screens.tsx';
import { Corner } from './kit.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const course = loadCourse(checkout);
const last = course.lessons.at(-1)!;
const finished = solutionTree(course, last);

let corner: Corner;
let sandbox: Sandbox;
beforeAll(async () => {
  corner = new Corner();
  sandbox = openSandbox({ root: checkout, workspace: corner.workspace, kernel: 'uml', agent: 'test/launch/fixtures/here-inside.ts', env: corner.env });
  await sandbox.start();
  expect(sandbox.state).toMatchObject({ at: 'ready', kernel: { kind: 'here' } });
});
afterAll(async () => {
  await sandbox?.stop();
  await corner?.[Symbol.asyncDispose]();
});

test('the X-ray of the last lesson’s container', async () => {
  const { argv } = typicalRun(course, last.id)!;
  const handle = sandbox.run({ wall: 'playground', box: toWire(finished), argv, cwd: '/work', outputLimit: 65_536 }, () => {});
  let xray = await awaitContainer(sandbox, handle, argv);
  // A kernel in a kernel, on a busy machine: what has come up so far is shown after a while, and may be half of it.
  for (const deadline = Date.now() + 60_000; xray.container?.cgroup?.own !== true && Date.now() < deadline;) xray = await awaitContainer(sandbox, handle, argv);
  const { container } = xray;
  expect(container).toMatchObject({ isolated: true, hostname: { inside: 'xray' }, cgroup: { own: true }, network: { own: true }, gauges: { memory: { limit: 32 * 1024 * 1024 }, cpu: { limit: 0.5 } } });
  expect(container?.mounts?.overlays).toMatchObject([{ point: '/', lower: expect.arrayContaining(['/fixtures/xray']) as unknown }]);
  expect(faultsOfXray(course, last, [xray, await sandbox.xray(container?.id)])).toEqual([]);
  handle.finish();
  await handle.ended;
  expect((await sandbox.xray()).containers).toEqual([]);
});

test('the trace of the last lesson, with a mistake', async () => {
  const trace = await ask(sandbox, { lesson: last.id, traced: tracedBy(last.number), mine: toWire(mistakeTree(course, last, 'ipc-of-the-host')), reference: toWire(finished) });
  expect(trace.kernel?.kind).toBe('here');
  expect(trace.difference?.title).toMatch(/CLONE_NEWIPC/);
  expect(faultsOfTrace(course, last, trace)).toEqual([]);
});

test('the probes: what the course teaches is good, what it does not is open, nothing is unknown', async () => {
  const card = await probeAll({ sandbox, image: 'guest', seed: 'here', signal: new AbortController().signal, contenders: [ownBox('box', toWire(finished))] });
  const [box] = card.runtimes;
  const of = (standing: string): string[] => box!.rows.filter((row) => row.standing === standing).map(({ id }) => id).sort();
  expect(of('bad')).toEqual(['bounding', 'capabilities', 'no-new-privs', 'seccomp']);
  expect(of('unknown')).toEqual([]);
});

test('a drill', async () => {
  const lesson = course.lessons.find(({ id }) => id === '05-root')!;
  const drill = await prepareDrill({ course, lesson, mine: solutionTree(course, lesson), seed: 'here', sandbox, signal: new AbortController().signal });
  expect(drill.on).toBe('yours');
  expect(drill.choices.map(({ id }) => id)).toContain(drill.mistake);
  expect(drill.proof.mistake?.id).toBe(drill.mistake);
});
