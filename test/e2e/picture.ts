/**
 * `npm run picture`: runs the tutor in a terminal, with the private kernel, and draws what it shows to docs/tutor.svg.
 *
 * Nothing in the picture is made by hand: the verdict in it is the kernel's, on a box with one of lesson 1's named mistakes.
 */
import fs from 'node:fs';
import path from 'node:path';
import { screenToSvg } from './svg.ts';
import { Workspace, root, startTutor } from './tutor.ts';

/** Milliseconds; the first time, the kernel is fetched and built. */
const PATIENCE = 300_000;

using workspace = new Workspace();
await using terminal = startTutor(workspace, { columns: 124, rows: 36 });
await terminal.shows('kernel ready', PATIENCE);
terminal.press('enter');
await terminal.shows(/├─ output/, PATIENCE);
workspace.mistake('01-processes', 'output-relayed');
await terminal.shows(/NOT YET {2}\d+ of[\s\S]* why/, PATIENCE);
const file = path.join(root, 'docs/tutor.svg');
fs.mkdirSync(path.dirname(file), { recursive: true });
fs.writeFileSync(file, screenToSvg(terminal, 'The tutor: a lesson with an experiment that was run on the left, the kernel’s verdict on the right'));
console.log(`wrote ${path.relative(process.cwd(), file)}`);
terminal.press('q');
await terminal.ended;
