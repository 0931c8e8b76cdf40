/**
 * Start-up of the finished reference box, beside runc, crun and unshare: the same root directory, the same command, in the
 * same private kernel, in turn. None of them makes a network.
 *
 * What keeps box from runc's time is Node: one that does nothing takes about as long as all of `runc run`, and box starts two. The
 * second cannot be saved: process 1 has to be born in the pid namespace and to mount /proc there, and Node cannot fork without
 * starting anew. So the budget is for what box adds to these two.
 */
import fs from 'node:fs';
import path from 'node:path';
import { root, Workspace } from '../test/e2e/tutor.ts';
import { connect } from '../sandbox/launch/client.ts';
import type { WireFile } from '../sandbox/wire/messages.ts';
import { toWire } from '../src/check/tree.ts';
import { loadCourse } from '../src/lesson/load.ts';
import { solutionTree } from '../src/lesson/lay/trees.ts';
import { median, ms, type Row } from './measure.ts';

const RUNS = 15;

/** The most that box may take, as a multiple of two Nodes that do nothing. */
const BUDGET = 2;

export async function startUp(): Promise<Row[]> {
  using workspace = new Workspace();
  process.env['XDG_RUNTIME_DIR'] = workspace.folder;
  const client = await connect({ workspace: workspace.folder, kernel: 'uml', image: 'foreign' });
  try {
    await client.start();
    const times = await measured(client);
    const [box, runc, crun, unshare] = (['box', 'runc', 'crun', 'unshare'] as const).map((name) => median(times[name] ?? [])) as [number, number, number, number];
    const nodes = 2 * median(times['node'] ?? []);
    const over = (one: number, other: number): string => `${(one / other).toFixed(2)} (${ms(one)} / ${ms(other)})`;
    return [
      { what: 'uml: `box run --network none -- true` / two empty Nodes', figure: over(box, nodes), budget: `≤ ${BUDGET}`, holds: box / nodes <= BUDGET },
      { what: 'uml: the same / `runc run`', figure: over(box, runc), budget: '', holds: true },
      { what: 'uml: the same / `crun run`, / `unshare`', figure: `${over(box, crun)}, ${over(box, unshare)}`, budget: '', holds: true },
    ];
  } finally {
    await client.stop();
  }
}

/** Milliseconds of every run, by name. */
async function measured(client: Awaited<ReturnType<typeof connect>>): Promise<Record<string, number[]>> {
  let [said, complained] = ['', ''];
  const value = await client.request({ op: 'run', wall: 'fresh', box: files(), argv: ['node', '/work/box/checkout/bench/guest/turns.ts', String(RUNS)], timeLimit: 300_000 }, {
    onEvent: (event) => {
      if (event.event !== 'output') return;
      const text = Buffer.from(event.base64, 'base64').toString('utf8');
      if (event.stream === 'stdout') said += text;
      else complained += text;
    },
  });
  if (value.op !== 'run' || value.ending.code !== 0) throw new Error(`the runs in the guest failed: ${JSON.stringify(value)}\n${complained}`);
  return JSON.parse(said) as Record<string, number[]>;
}

/** The reference as it is after the last lesson; beside it what runs in the guest, and what writes a config.json for runc and crun. */
function files(): WireFile[] {
  const course = loadCourse(root);
  const last = course.lessons.at(-1);
  if (last === undefined) throw new Error('the course has no lessons');
  const more = ['bench/guest/turns.ts', ...['oci-config.ts', 'place.ts', 'error.ts', 'words.ts'].map((name) => `sandbox/foreign/${name}`)];
  return [...toWire(solutionTree(course, last)), ...more.map((name) => ({ path: `checkout/${name}`, base64: fs.readFileSync(path.join(root, name)).toString('base64') }))];
}
