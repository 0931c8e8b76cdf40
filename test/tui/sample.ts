/** A small course in memory, and a workspace in memory, for tests of the tutor. */
import { parseBlocks } from '../../src/lesson/blocks.ts';
import { readHints } from '../../src/lesson/hints.ts';
import type { Course, Lesson } from '../../src/lesson/types.ts';
import type { FilePair, LessonProgress, PassedVersion, ProgressEvent, ProgressView, StartChange, Workspace } from '../../src/tui/ports.ts';

const page = `
A first paragraph with \`code\`, *emphasis* and a [link](https://example.org/x) in it, long enough to be wrapped on every screen there is.

## Look

\`\`\`sh try
echo one
\`\`\`

\`\`\`predict
What does \`id -u\` print here?
( ) 1000
(x) 0
( ) nothing
---
You are root of the sandbox.
\`\`\`

\`\`\`sh try
id -u
\`\`\`

- a list
- of two

| name | does |
|---|---|
| unshare | makes namespaces, of all the kinds that there are, one flag for each |
| setns | enters them |

\`\`\`picture
  ┌───┐
  │ a │──▶ b
  └───┘
\`\`\`

> A quote.

\`\`\`ts
const answer: number = 42; // a comment
console.log('text', answer);
\`\`\`

## End

${'A paragraph that fills the page. '.repeat(12)}
`;

const hints = '## 1\n\nLook there.\n\n## 2\n\nLook closer.\n\n## 3\n\nThe call is `unshare`.\n';

function lesson(id: string, title: string, more: Partial<Lesson> = {}): Lesson {
  return {
    id, title, number: Number(id.slice(0, 2)), minutes: 20, needs: [], files: ['box.ts', 'run.ts'], goal: `The goal of ${title}.`,
    blocks: parseBlocks(page, `lessons/${id}/lesson.md`, 1, () => ''),
    hints: readHints(hints, `lessons/${id}/hints.md`),
    folder: `/course/lessons/${id}`,
    ...more,
  };
}

export function sampleCourse(): Course {
  return {
    title: 'Sample', format: 1, root: '/course', containers: [{ from: '01-first', flags: ['--hostname', 'x'] }],
    parts: [{ title: 'Part one', lessons: ['01-first', '02-second'] }, { title: 'Part two', lessons: ['03-third'] }],
    lessons: [lesson('01-first', 'The first'), lesson('02-second', 'The second', { needs: ['01-first'] }), lesson('03-third', 'Mounts and more')],
  };
}

const untouched: LessonProgress = { started: false, passed: false, attempts: 0, hints: 0, predictions: {}, solutionSeen: false, failsNow: false, seconds: 0 };

export function progressWith(lessons: Record<string, Partial<LessonProgress>>, current?: string): ProgressView {
  return { current, lessons: Object.fromEntries(Object.entries(lessons).map(([id, some]) => [id, { ...untouched, ...some }])) };
}

/** Remembers in memory what it is told; its files are what the test puts there. */
export class MemoryWorkspace implements Workspace {
  readonly box = '/nowhere/box';
  view: ProgressView;
  events: ProgressEvent[] = [];
  changes: StartChange[] = [];
  started: string[] = [];
  files: FilePair[] = [];
  kept: PassedVersion | undefined;
  /** What is new in the course. */
  fresh: ReturnType<Workspace['news']>;
  updates = 0;

  constructor(view: ProgressView = progressWith({})) {
    this.view = view;
  }

  progress(): ProgressView {
    return this.view;
  }

  record(event: ProgressEvent): void {
    this.events.push(event);
    const before = this.view.lessons[event.lesson] ?? untouched;
    const set = (some: Partial<LessonProgress>): void => {
      this.view = { ...this.view, lessons: { ...this.view.lessons, [event.lesson]: { ...before, ...some } } };
    };
    if (event.type === 'opened') this.view = { ...this.view, current: event.lesson };
    else if (event.type === 'marked') set({ attempts: before.attempts + 1, passed: before.passed || event.verdict.passed });
    else if (event.type === 'remarked') set({ failsNow: !event.verdict.passed });
    else if (event.type === 'spent') set({ seconds: before.seconds + event.seconds });
    else if (event.type === 'hint') set({ hints: event.shown });
    else if (event.type === 'predicted') set({ predictions: { ...before.predictions, [event.number]: event.choice } });
    else set({ solutionSeen: true });
  }

  trouble(): string | undefined {
    return undefined;
  }

  plan(): StartChange[] {
    return this.changes;
  }

  start(lesson: Lesson): StartChange[] {
    this.started.push(lesson.id);
    this.view = { current: lesson.id, lessons: { ...this.view.lessons, [lesson.id]: { ...untouched, ...this.view.lessons[lesson.id], started: true } } };
    return this.changes;
  }

  news(): ReturnType<Workspace['news']> {
    return this.fresh;
  }

  update(): StartChange[] {
    this.updates++;
    return this.fresh?.changes ?? [];
  }

  undo(): boolean {
    const last = this.started.pop();
    if (last === undefined) return false;
    this.view = { current: undefined, lessons: { ...this.view.lessons, [last]: untouched } };
    return true;
  }

  pairs(): FilePair[] {
    return this.files;
  }

  keepPassed(lesson: Lesson): void {
    this.kept = { lesson: lesson.id, pairs: [] };
  }

  passedVersion(): PassedVersion | undefined {
    return this.kept;
  }

  checkRequest(lesson: Lesson, seed: string): ReturnType<Workspace['checkRequest']> {
    return { lesson: lesson.id, checks: [], box: [], seed };
  }

  experimentBox(): [] {
    return [];
  }

  referenceBox(): [] {
    return [];
  }

  boxFiles(): [] {
    return [];
  }
}
