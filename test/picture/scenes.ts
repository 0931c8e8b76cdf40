/** The tutor, brought to each of its screens as a learner would come to them. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Lesson } from '../../src/lesson/types.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { openProgress, type ProgressEvent } from '../../src/progress/index.ts';
import type { Terminal } from '../e2e/terminal.ts';
import { Workspace, node, program, root, startTutor } from '../e2e/tutor.ts';

/** Draws what the terminal shows now; `title` is for those who do not see the picture. */
export type Draw = (terminal: Terminal, picture: string, title: string) => void;

/** Milliseconds; the first time, the kernel is fetched and built. */
const PATIENCE = 300_000;

const { lessons } = loadCourse(root);
const lessonOf = (number: number): Lesson => lessons.find((one) => one.number === number)!;

export const scenes: Readonly<Record<string, (draw: Draw) => Promise<void>>> = {
  async tutor(draw) {
    using workspace = new Workspace();
    await using terminal = startTutor(workspace, { columns: 124, rows: 36 });
    await terminal.shows('kernel ready', PATIENCE);
    terminal.press('enter');
    await terminal.shows(/├─ output/, PATIENCE);
    workspace.mistake('01-processes', 'output-relayed');
    await terminal.shows(/NOT YET {2}\d+ of[\s\S]* why/, PATIENCE);
    draw(terminal, 'tutor', 'The tutor: a lesson with an experiment that was run on the left, the kernel’s verdict on the right');
    await left(terminal);
  },

  async map(draw) {
    using workspace = at(lessonOf(9));
    // With the box as it was left at lesson 8, an earlier lesson does not pass any more.
    progress(workspace, ...lessons.slice(0, 8).flatMap((lesson, index) => passed(lesson, { attempts: [2, 3, 6, 4, 9, 5, 7, 8][index]!, minutes: [14, 19, 31, 22, 38, 27, 41, 44][index]! })));
    progress(workspace, { type: 'started', lesson: lessonOf(9).id, at: '2026-01-01T10:00:00.000Z' }, { type: 'checked', lesson: lessonOf(4).id, again: true, verdict: verdict(false) });
    await using terminal = startTutor(workspace, { columns: 98, rows: 18 });
    await terminal.shows('kernel ready', PATIENCE);
    terminal.press('l');
    await terminal.shows('8 of 12 passed');
    draw(terminal, 'map', 'The map: twelve lessons with what each took; eight have passed, and one of them does not with the box as it is now');
    await left(terminal);
  },

  /** The container of the last lesson, after half a minute of work. */
  async xray(draw) {
    using workspace = at(lessons.at(-1)!);
    await using terminal = startTutor(workspace, { columns: 96, rows: 30 });
    await terminal.shows('kernel ready', PATIENCE);
    terminal.press('x');
    await terminal.shows('Enter starts one', PATIENCE);
    terminal.press('enter');
    await terminal.shows('CLONE_NEWUTS', PATIENCE);
    terminal.press('5');
    await terminal.shows(/the last (?:3\d|[4-9]\d) seconds/, PATIENCE);
    draw(terminal, 'xray', 'The X-ray: memory, processor time and processes of a container as plots, below them the files of its cgroup');
    terminal.press('6');
    await terminal.shows(/▸6 Network/);
    draw(terminal, 'network', 'The X-ray’s map of the network: a cable from the container’s eth0 to the host’s bridge, with addresses and counters');
    await left(terminal);
  },

  /** Lesson 4 with / made private, and none of the mounts below it. */
  async trace(draw) {
    using workspace = at(lessonOf(4), 'private-not-recursive');
    progress(workspace, { type: 'peeked', lesson: lessonOf(4).id });
    await using terminal = startTutor(workspace, { columns: 124, rows: 26 });
    await terminal.shows('kernel ready', PATIENCE);
    terminal.press('t');
    await terminal.shows('First difference', PATIENCE);
    draw(terminal, 'trace', 'The trace: the system calls of two boxes side by side, and the first difference explained: a mount goes without MS_REC');
    terminal.press('tab');
    await terminal.shows(/Step \d+ of \d+/);
    draw(terminal, 'timeline', 'The timeline: one call, and what the kernel had before and after it: the propagation of / is private now');
    terminal.press('esc');
    await terminal.shows(/^ Drydock {2}04/);
    terminal.press('d');
    await terminal.shows('MS_REC');
    draw(terminal, 'diff', 'A box beside the reference, side by side, the words that differ marked');
    await left(terminal);
  },

  async drill(draw) {
    using workspace = at(lessonOf(5));
    progress(workspace, ...passed(lessonOf(5)));
    await using terminal = startTutor(workspace, { columns: 96, rows: 30 });
    await terminal.shows('kernel ready', PATIENCE);
    terminal.press('m');
    await terminal.shows('choose, Enter answers', PATIENCE);
    terminal.press('2');
    await terminal.shows(/▸ 2/);
    draw(terminal, 'drill', 'A drill: what a user of the broken box sees, and four mistakes, one of which it is');
    await left(terminal);
  },

  /** The end: all lessons have passed; then the scorecard, with the runtimes where they are set up. */
  async closing(draw) {
    // The runtimes’ image: a download of 3 MB.
    execFileSync(node, [path.join(root, 'sandbox/launch/setup.ts'), 'foreign'], { stdio: ['ignore', 2, 2] });
    using workspace = at(lessons.at(-1)!);
    progress(workspace, ...lessons.flatMap((lesson) => passed(lesson)));
    // The runtimes are probed in a kernel of their own, and meanwhile the lessons' one would go to sleep.
    await using terminal = startTutor(workspace, { columns: 84, rows: 30, env: { DRYDOCK_IDLE_MS: '60000' } });
    await terminal.shows('kernel ready', PATIENCE);
    terminal.press('c');
    await terminal.shows('You have built a container runtime');
    draw(terminal, 'closing', 'The closing page: what the finished runtime does, lesson by lesson');
    terminal.press('enter');
    await terminal.shows('Enter probes again', PATIENCE);
    terminal.resize(84, 51);
    await terminal.shows((screen) => /help|Esc/.test(screen.lines().at(-1) ?? ''));
    draw(terminal, 'parity', 'The scorecard: isolation probes of the learner’s box beside unshare, bubblewrap, runc and crun, read from the kernel');
    await left(terminal);
  },
};

/** A learner who is at a lesson, with its solution, or with a mistake in it. */
function at(lesson: Lesson, mistake?: string): Workspace {
  const workspace = new Workspace();
  const state = mistake === undefined ? [] : ['--mistake', mistake];
  execFileSync(node, [program, 'course', 'lay', lesson.id, workspace.folder, ...state], { stdio: 'ignore' });
  progress(workspace, { type: 'started', lesson: lesson.id, at: '2026-01-01T09:00:00.000Z' });
  return workspace;
}

function progress(workspace: Workspace, ...events: ProgressEvent[]): void {
  openProgress(workspace.folder).apply(...events);
}

function passed({ id: lesson }: Lesson, { attempts = 1, minutes = 20 } = {}): ProgressEvent[] {
  const tries = Array.from({ length: attempts }, (_, index): ProgressEvent => ({ type: 'checked', lesson, verdict: verdict(index === attempts - 1) }));
  return [...tries, { type: 'spent', lesson, seconds: minutes * 60 }];
}

const verdict = (passed: boolean): Extract<ProgressEvent, { type: 'checked' }>['verdict'] => ({ at: '2026-01-01T09:30:00.000Z', passed, points: 0, of: 0, failed: [], seed: 'picture' });

async function left(terminal: Terminal): Promise<void> {
  terminal.press('q');
  await terminal.ended;
}
