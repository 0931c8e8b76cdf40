/**
 * `npm run picture`: runs the tutor in a terminal, with the private kernel, and draws what it shows to docs/tutor.svg and docs/xray.svg.
 *
 * Nothing in the pictures is made by hand: the verdict is the kernel's, on a box with one of lesson 1's named mistakes.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { loadCourse } from '../../src/lesson/load.ts';
import { screenToSvg } from './svg.ts';
import type { Terminal } from './terminal.ts';
import { Workspace, node, program, root, startTutor } from './tutor.ts';

/** Milliseconds; the first time, the kernel is fetched and built. */
const PATIENCE = 300_000;

using workspace = new Workspace();
await using terminal = startTutor(workspace, { columns: 124, rows: 36 });
await terminal.shows('kernel ready', PATIENCE);
terminal.press('enter');
await terminal.shows(/├─ output/, PATIENCE);
workspace.mistake('01-processes', 'output-relayed');
await terminal.shows(/NOT YET {2}\d+ of[\s\S]* why/, PATIENCE);
draw(terminal, 'tutor.svg', 'The tutor: a lesson with an experiment that was run on the left, the kernel’s verdict on the right');
terminal.press('q');
await terminal.ended;

// The X-ray of the last lesson's container, after half a minute of work.
using another = new Workspace();
const last = loadCourse(root).lessons.at(-1)!;
execFileSync(node, [program, 'start', last.id, '--force', '--workspace', another.folder], { stdio: 'ignore' });
another.solve(last.id);
await using xray = startTutor(another, { columns: 96, rows: 30 });
await xray.shows('kernel ready', PATIENCE);
xray.press('x');
await xray.shows('Enter starts one', PATIENCE);
xray.press('enter');
await xray.shows('CLONE_NEWUTS', PATIENCE);
xray.press('5');
await xray.shows(/the last (?:3\d|[4-9]\d) seconds/, PATIENCE);
draw(xray, 'xray.svg', 'The X-ray: memory, processor time and processes of a container as plots, below them the files of its cgroup');
xray.press('q');
await xray.ended;

/** Draws what the terminal shows now into docs/. */
function draw(screen: Terminal, name: string, title: string): void {
  const file = path.join(root, 'docs', name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, screenToSvg(screen, title));
  console.log(`wrote ${path.relative(process.cwd(), file)}`);
}
