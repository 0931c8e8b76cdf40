/** The tutor's first frame beside an empty ink program's; its memory and its processor time when nobody touches it. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Terminal } from '../test/e2e/terminal.ts';
import { node, program, root, startTutor, Workspace } from '../test/e2e/tutor.ts';
import { proportional, ticks } from './memory.ts';
import { inTurn, mb, median, ms, type Row, repeat } from './measure.ts';

const RUNS = 7;
const IDLE_MS = 5_000;

export async function firstFrame(): Promise<Row[]> {
  using workspace = new Workspace();
  // Caches are warm when somebody has opened the tutor before, and has left it: Node writes down what it has compiled at the end.
  await openedAndLeft(workspace);
  // The empty program is bundled as the tutor is: both pay for what they do, not for how many files they are. (It keeps nothing of
  // what was compiled; that is the tutor's own doing.)
  const empty = await bundled(path.join(root, 'bench/empty-ink.mjs'), workspace.folder);
  const [tutor, ink] = await inTurn(RUNS,
    () => shows(() => startTutor(workspace), 'j/k scroll'),
    () => shows(() => new Terminal([node, empty]), 'first frame'));
  const ratio = median(tutor) / median(ink);

  const door = await repeat(RUNS, () => lasts([node, program, '--version']));
  const bare = await repeat(RUNS, () => lasts([node, '-e', '0']));
  const added = median(door) - median(bare);

  await using idle = startTutor(workspace);
  await idle.shows('kernel ready', 60_000);
  await sleep(2_000); // the first marks, the bundles' late parts
  const before = ticks(idle.pid);
  await sleep(IDLE_MS);
  const used = ((ticks(idle.pid) - before) * 10) / IDLE_MS;
  const memory = proportional([idle.pid]);
  return [
    { what: 'tutor: first frame / empty ink program', figure: `${ratio.toFixed(2)} (${ms(median(tutor))} / ${ms(median(ink))})`, budget: '≤ 1.5', holds: ratio <= 1.5 },
    { what: 'front door, all set up, on top of Node', figure: ms(added), budget: '≤ 300 ms', holds: added <= 300 },
    { what: 'tutor: idle processor', figure: `${(used * 100).toFixed(1)} %`, budget: '0 % (≤ 0.5)', holds: used <= 0.005 },
    { what: 'tutor: memory (Pss)', figure: mb(memory), budget: '≤ 150 MB', holds: memory <= 150 * 1024 },
  ];
}

async function openedAndLeft(workspace: Workspace): Promise<void> {
  await using terminal = startTutor(workspace);
  await terminal.shows('j/k scroll');
  terminal.press('q');
  await terminal.ended;
}

async function bundled(file: string, folder: string): Promise<string> {
  const { build } = await import('rolldown');
  const out = path.join(folder, 'empty-ink.mjs');
  // Split, as the tutor is: ink's developer tools, which are not installed, stay in a part that is never loaded.
  await build({ input: file, platform: 'node', output: { dir: folder, entryFileNames: 'empty-ink.mjs', chunkFileNames: '[name].mjs', minify: true }, external: ['react-devtools-core'] });
  if (!fs.existsSync(out)) throw new Error(`rolldown wrote no ${out}`);
  return out;
}

/** Milliseconds from the start of a program to a text on its screen. */
async function shows(start: () => Terminal, text: string): Promise<number> {
  const began = performance.now();
  await using terminal = start();
  await terminal.shows(text);
  return performance.now() - began;
}

async function lasts(argv: string[]): Promise<number> {
  const began = performance.now();
  await using terminal = new Terminal(argv);
  await terminal.ended;
  return performance.now() - began;
}
