/**
 * The tutor with an X-ray open: what looking once a second costs, what each look writes to the terminal, and whether anything is cleared
 * before it is drawn again, which is what flickers.
 */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadCourse } from '../src/lesson/load.ts';
import { openProgress } from '../src/progress/index.ts';
import { node, program, root, startTutor, Workspace } from '../test/e2e/tutor.ts';
import { family, ticks, withArgument } from './memory.ts';
import type { Row } from './measure.ts';

const WATCHED_MS = 20_000;

/** Of a processor; an eye that reads along is no work. */
const PROCESSOR = 0.05;
/** Bytes of a look: the cells that changed, not the 1920 of the window with their colours. */
const BYTES = 2_000;

/** A terminal that is told to clear itself, or a part of itself that is more than the rest of a line (ED, RIS). */
const clears = /\u001B\[[0-3]?J|\u001Bc/g;

export async function openXray(): Promise<Row[]> {
  using workspace = new Workspace();
  // The keeper's socket lies in the workspace, by which its process is found.
  const env = { XDG_RUNTIME_DIR: workspace.folder };
  const lesson = loadCourse(root).lessons.at(-1);
  if (!lesson) throw new Error('the course has no lessons');
  execFileSync(node, [program, 'course', 'lay', lesson.id, workspace.folder], { stdio: 'ignore' });
  openProgress(workspace.folder).apply({ type: 'started', lesson: lesson.id, at: new Date().toISOString() });
  await using terminal = startTutor(workspace, { env });
  await terminal.shows('kernel ready', 60_000);
  terminal.press('x');
  await terminal.shows('Enter starts one', 60_000);
  terminal.press('enter');
  await terminal.shows('CLONE_NEWUTS', 60_000);
  // The section in which most moves: three plots and the cgroup's files.
  terminal.press('5');
  await terminal.shows(/the last [5-9] seconds/, 60_000);
  const keeper = withArgument(workspace.folder).flatMap(family).filter((pid) => pid !== terminal.pid);
  const used = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + ticks(pid), 0) * 10;
  const [own, kernel, from, began] = [used([terminal.pid]), used(keeper), terminal.raw.length, secondsShown(terminal.text())];
  await sleep(WATCHED_MS);
  const looks = secondsShown(terminal.text()) - began;
  const written = terminal.raw.slice(from);
  const [share, sandbox] = [(used([terminal.pid]) - own) / WATCHED_MS, (used(keeper) - kernel) / WATCHED_MS];
  const bytes = Math.round(Buffer.byteLength(written) / looks);
  const cleared = written.match(clears)?.length ?? 0;
  terminal.press('q');
  await terminal.ended;
  return [
    { what: 'X-ray open: the tutor’s processor', figure: percent(share), budget: `≤ ${percent(PROCESSOR)}`, holds: share <= PROCESSOR },
    { what: 'X-ray open: the private kernel’s processor, the container’s own work included', figure: percent(sandbox), budget: '', holds: true },
    { what: `X-ray open: bytes to the terminal for each of ${looks} looks, 80×24`, figure: String(bytes), budget: `≤ ${BYTES}`, holds: looks > 0 && bytes <= BYTES },
    { what: 'X-ray open: times the screen was cleared', figure: String(cleared), budget: '0', holds: cleared === 0 },
  ];
}

/** How much of the past the plots show: one second more with each look. */
function secondsShown(text: string): number {
  return Number(/the last (\d+) seconds/.exec(text)?.[1] ?? 0);
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
