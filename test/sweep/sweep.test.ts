/**
 * X-ray, trace, timeline and comparison of named mistakes, in the private kernel: nothing breaks, and whatever is shown fits.
 *
 * Boxes with a mistake in them make the strangest containers there are: half made, nested, without /proc, with another's. One each time;
 * `DRYDOCK_SWEEP=all npm test -- test/sweep` for all of them, which takes an hour, `DRYDOCK_SWEEP=10,11/zombies` for some.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openSandbox } from '../../src/check/sandbox.ts';
import type { RunHandle, Sandbox } from '../../src/check/types.ts';
import type { TraceRun, WireFile, Xray } from '../../src/check/wire.ts';
import { mistakeTree, solutionTree } from '../../src/lesson/lay/trees.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import type { Lesson } from '../../src/lesson/types.ts';
import { commandText, startOfBox, tracedBy } from '../../src/trace/command.ts';
import { compare } from '../../src/trace/compare.ts';
import { SCHEMA } from '../../src/trace/types.ts';
import { checkout } from '../lesson/fixture.ts';
import { boxOf, chosenCases, referenceOf, scenesOf, type Scene } from './cases.ts';
import { faultsOfDiff, faultsOfTrace, faultsOfXray } from './screens.tsx';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const course = loadCourse(checkout);
const cases = chosenCases(course, process.env['DRYDOCK_SWEEP']).map((one) => ({ ...one, id: one.lesson.id }));

/** What a container has to come up in, in milliseconds; with a mistake in it, it may never do so, and is looked at as it is. */
const PATIENCE = 10_000;

let sandbox: Sandbox;
let workspace: string;
beforeAll(async () => {
  workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock-sweep-'));
  sandbox = openSandbox({ root: checkout, workspace, kernel: 'uml' });
  await sandbox.start();
});
afterAll(async () => {
  await sandbox?.stop();
  fs.rmSync(workspace, { recursive: true, force: true });
});

test.each(cases)('$id with $mistake', async (one) => {
  const { lesson, mistake } = one;
  const box = boxOf(course, one);
  const faults: string[] = [];
  for (const scene of scenesOf(course, lesson)) {
    for (const looks of await lookAt(scene, box)) faults.push(...faultsOfXray(course, lesson, looks).map((fault) => `${scene.name}: ${fault}`));
  }
  const [mine, reference] = [await follow(lesson, box), await followReference(lesson)];
  const { args } = tracedBy(lesson.number);
  faults.push(...faultsOfTrace(course, lesson, { schema: SCHEMA, lesson: lesson.id, command: commandText(args), kernel: null, mine, reference, ...compare(mine, reference) }));
  faults.push(...faultsOfDiff(course, lesson, mistakeTree(course, lesson, mistake), solutionTree(course, lesson)));
  expect(faults).toEqual([]);
});

/** Starts the container, looks twice at it and at every other that there is, and leaves the playground empty. */
async function lookAt(scene: Scene, box: WireFile[]): Promise<Xray[][]> {
  const handles: RunHandle[] = [];
  const start = (argv: string[]): RunHandle => {
    const handle = sandbox.run({ wall: 'playground', box, argv, cwd: '/work', outputLimit: 64 * 1024 }, () => {});
    handles.push(handle);
    return handle;
  };
  try {
    const handle = start(scene.argv);
    const of = scene.of ?? String(await handle.started ?? 'nothing');
    const first = await appears(of, 'sleep 1000');
    if (scene.then) start(scene.then);
    const whole = scene.then ? await appears(of, scene.last) : first;
    const wanted = [of, ...whole.containers.map(({ id }) => id).filter((id) => id !== whole.container?.id), 'nothing'];
    const looks: Xray[][] = [];
    for (const one of wanted) looks.push([await sandbox.xray(one), await sandbox.xray(one)]);
    return looks;
  } finally {
    for (const handle of handles) handle.finish();
    await Promise.all(handles.map((handle) => handle.ended));
    // What was detached, or left behind, goes with the playground.
    await sandbox.reset('playground');
  }
}

/** The first look at which the command runs in the container; the last look where it does not come to that. */
async function appears(of: string, command: string): Promise<Xray> {
  for (const deadline = Date.now() + PATIENCE; ; await sleep(150)) {
    const xray = await sandbox.xray(of);
    if (xray.container?.processes.some((process) => process.command === command) === true || Date.now() > deadline) return xray;
  }
}

function follow(lesson: Lesson, box: WireFile[]): Promise<TraceRun> {
  const { args, setup } = tracedBy(lesson.number);
  return sandbox.trace({ box, argv: startOfBox(args), ...(setup === undefined ? {} : { setup }) });
}

const references = new Map<string, Promise<TraceRun>>();
function followReference(lesson: Lesson): Promise<TraceRun> {
  const run = references.get(lesson.id) ?? follow(lesson, referenceOf(course, lesson));
  references.set(lesson.id, run);
  return run;
}
