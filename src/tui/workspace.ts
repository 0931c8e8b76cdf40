/** The learner's workspace as the tutor uses it: box and progress on disk, starters laid, files read for the sandbox. */
import { remembered } from '../check/remembered.ts';
import { toTree, toWire } from '../check/tree.ts';
import { readBox, readChecks } from '../check/workspace.ts';
import type { WireFile } from '../check/wire.ts';
import { applyStart, planStart } from '../lesson/lay/start.ts';
import { lastPassed } from '../lesson/lay/passed.ts';
import type { Change } from '../lesson/lay/plan.ts';
import { experimentTree, solutionTree } from '../lesson/lay/trees.ts';
import { applyUpdate, courseNews, noteTold, planUpdate } from '../lesson/lay/update.ts';
import { boxFolder, laidLesson, readBox as readBoxTree, recordPassed, undoLast } from '../lesson/lay/workspace.ts';
import { type TreeFile, textOf } from '../lesson/tree.ts';
import type { Course, Lesson } from '../lesson/types.ts';
import { type ProgressStore, lessonProgress, openProgress } from '../progress/index.ts';
import type { FilePair, LessonProgress, PassedVersion, ProgressEvent, ProgressView, StartChange, Workspace } from './ports.ts';

/** Opens the workspace in `folder` (absolute). Throws UserError where progress was written by a newer version. */
export function openWorkspace(course: Course, folder: string, now: () => number = Date.now): Workspace {
  return new DiskWorkspace(course, folder, now);
}

class DiskWorkspace implements Workspace {
  readonly box: string;
  readonly #course: Course;
  readonly #folder: string;
  readonly #now: () => number;
  readonly #progress: ProgressStore;
  #said: string | undefined;
  #starts = 0;

  constructor(course: Course, folder: string, now: () => number) {
    this.#course = course;
    this.#folder = folder;
    this.#now = now;
    this.#progress = openProgress(folder, now);
    this.box = boxFolder(folder);
  }

  progress(): ProgressView {
    const { state } = this.#progress;
    const laid = this.#course.lessons.findIndex((lesson) => lesson.id === laidLesson(this.#folder));
    const lessons: Record<string, LessonProgress> = {};
    this.#course.lessons.forEach((lesson, index) => {
      const known = lessonProgress(state, lesson.id);
      lessons[lesson.id] = {
        // A start that was undone is none: both what was done and what lies in the box count.
        started: known.state === 'passed' || (known.state === 'started' && index <= laid),
        passed: known.state === 'passed',
        failsNow: known.state === 'passed' && known.last?.passed === false,
        seconds: known.seconds,
        attempts: known.attempts,
        hints: known.hints,
        predictions: Object.fromEntries(Object.entries(known.predictions).map(([number, answer]) => [number, answer.choice])),
        solutionSeen: known.peeked,
      };
    });
    const isStarted = (id: string | null): id is string => id !== null && lessons[id]?.started === true;
    const latest = this.#course.lessons.findLast((lesson) => isStarted(lesson.id))?.id;
    return { current: isStarted(state.current) ? state.current : latest, lessons };
  }

  record(event: ProgressEvent): void {
    switch (event.type) {
      case 'opened':
      case 'spent':
        this.#progress.apply(event);
        break;
      case 'marked':
      case 'remarked':
        this.#progress.apply({ type: 'checked', lesson: event.lesson, again: event.type === 'remarked', verdict: remembered(event.verdict, this.#time()) });
        break;
      case 'hint':
        this.#progress.apply({ type: 'hinted', lesson: event.lesson, rungs: event.shown });
        break;
      case 'predicted':
        this.#progress.apply(event);
        break;
      case 'solutionSeen':
        this.#progress.apply({ type: 'peeked', lesson: event.lesson });
        break;
    }
  }

  trouble(): string | undefined {
    const { problem, notice } = this.#progress;
    const text = problem ? [problem.message, ...problem.next].join(' ') : notice ?? undefined;
    if (text === this.#said) return undefined;
    this.#said = text;
    return text;
  }

  plan(lesson: Lesson): StartChange[] {
    const start = planStart(this.#course, lesson, this.#folder);
    return start.changes.map((change) => described(change, start.reference.includes(change)));
  }

  start(lesson: Lesson): StartChange[] {
    const start = planStart(this.#course, lesson, this.#folder);
    if (applyStart(this.#course, start, this.#folder, this.#now()).kept) this.#starts++;
    this.#progress.apply({ type: 'started', lesson: lesson.id, at: this.#time() });
    return start.changes.map((change) => described(change, start.reference.includes(change)));
  }

  news(): ReturnType<Workspace['news']> {
    const news = courseNews(this.#course, this.#folder);
    noteTold(this.#course, this.#folder);
    if (news.length === 0) return undefined;
    const lessons = news.map(({ lesson, ...what }) => ({ lesson: lesson.id, ...what }));
    return { lessons, changes: planUpdate(this.#course, this.#folder).map((change) => described(change, false)) };
  }

  update(): StartChange[] {
    const changes = planUpdate(this.#course, this.#folder);
    if (applyUpdate(this.#course, changes, this.#folder, this.#now())) this.#starts++;
    return changes.map((change) => described(change, false));
  }

  undo(): boolean {
    if (this.#starts === 0) return false;
    undoLast(this.#folder, this.#now());
    this.#starts--;
    return true;
  }

  pairs(lesson: Lesson): FilePair[] {
    const mine = readBoxTree(this.#folder);
    return [...solutionTree(this.#course, lesson)].map(([file, reference]) => ({ file, mine: textIn(mine.get(file)), other: textIn(reference) }));
  }

  keepPassed(lesson: Lesson, box: readonly WireFile[]): void {
    recordPassed(this.#folder, lesson.id, toTree(box));
  }

  passedVersion(lesson: Lesson): PassedVersion | undefined {
    const found = lastPassed(this.#course, lesson, this.#folder);
    if (!found) return undefined;
    const mine = readBoxTree(this.#folder);
    const files = [...new Set([...found.box.keys(), ...mine.keys()])].sort();
    return { lesson: found.lesson.id, pairs: files.map((file) => ({ file, mine: textIn(mine.get(file)), other: textIn(found.box.get(file)) })) };
  }

  checkRequest(lesson: Lesson, seed: string): ReturnType<Workspace['checkRequest']> {
    return { lesson: lesson.id, checks: readChecks(lesson.folder), box: readBox(this.#folder), seed };
  }

  experimentBox(lesson: Lesson): WireFile[] {
    return toWire(experimentTree(this.#course, lesson));
  }

  referenceBox(lesson: Lesson): WireFile[] {
    return toWire(solutionTree(this.#course, lesson));
  }

  boxFiles(): WireFile[] {
    return readBox(this.#folder);
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }
}

function described(change: Change, reference: boolean): StartChange {
  const lesson = change.kind === 'conflict' ? change.lesson : undefined;
  const before = change.kind === 'new' ? undefined : change.before;
  return {
    file: change.path,
    kind: change.kind,
    side: change.kind === 'conflict' ? change.side : undefined,
    reference,
    before: textIn(before ?? undefined) ?? '',
    after: textIn(change.after) ?? '',
    ...(lesson ? { lesson: { before: textIn(lesson.before) ?? '', after: textIn(lesson.after) ?? '' } } : {}),
  };
}

/** A file's text; a file that is not text is shown as empty, since there is nothing to compare by eye. */
function textIn(file: TreeFile | undefined): string | null {
  return file ? textOf(file) ?? '' : null;
}
