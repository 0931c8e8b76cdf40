/** Starting a lesson, undoing it, and comparing with the reference: what touches the learner's files, or shows them. */
import type { Lesson } from '../../lesson/types.ts';
import type { StartChange, Workspace } from '../ports.ts';
import type { Against, StartOffer } from '../state/types.ts';
import type { Store } from '../store.ts';
import { t } from '../strings.ts';

/** What the page's frame says about starting this lesson. */
export function offerOf(changes: readonly StartChange[]): StartOffer {
  const names = (wanted: (change: StartChange) => boolean): string[] => changes.filter(wanted).map((change) => change.file);
  return {
    adds: names((change) => change.kind === 'new' && !change.reference),
    changes: names((change) => change.kind !== 'new' && !change.reference),
    reference: names((change) => change.reference),
  };
}

/** True where the learner should see it before it happens: it touches files that are there, or gives code away. */
const needsPreview = (changes: readonly StartChange[]): boolean => changes.some((change) => change.kind !== 'new' || change.reference);

export type StartOptions = {
  store: Store;
  workspace: Workspace;
  /** Called after the box was changed by us. */
  changed: () => void;
};

/** Lays the starter, or shows first what that would do. Returns true where the lesson is started now. */
export async function startLesson({ store, workspace, changed }: StartOptions, lesson: Lesson, { ask, thenEdit }: { ask: boolean; thenEdit: boolean }): Promise<boolean> {
  if (ask) {
    const changes = workspace.plan(lesson);
    if (needsPreview(changes)) {
      const { compare } = await import('../compare.ts');
      // Of a conflict, the file with both sides says less than what the lesson does to the file that it was written for.
      const diffs = changes.map((change) => ({ change, lines: compare(change.lesson?.before ?? change.before, change.lesson?.after ?? change.after, change.file) }));
      store.dispatch({ type: 'previewed', lesson: lesson.id, changes: diffs, thenEdit });
      return false;
    }
  }
  const changes = workspace.start(lesson);
  changed();
  store.dispatch({ type: 'progress', progress: workspace.progress() });
  store.dispatch({ type: 'started', lesson: lesson.id, changes });
  return true;
}

/** Says once what is new in the course; where that changes the box, it is shown before it is done. */
export async function tellNews({ store, workspace }: StartOptions): Promise<void> {
  const found = workspace.news();
  if (!found) return;
  const { compare } = await import('../compare.ts');
  store.dispatch({ type: 'courseChanged', news: found.lessons, changes: found.changes.map((change) => ({ change, lines: compare(change.before, change.after, change.file) })) });
}

export function update({ store, workspace, changed }: StartOptions): void {
  const changes = workspace.update();
  changed();
  store.dispatch({ type: 'updated', changes });
}

export function undoStart({ store, workspace, changed }: StartOptions): void {
  const undone = workspace.undo();
  changed();
  store.dispatch({ type: 'progress', progress: workspace.progress() });
  store.dispatch({ type: 'said', message: { text: undone ? t.start.undone : t.start.nothingToUndo, tone: 'plain' } });
}

/** The learner's files beside the reference's, or beside their own that passed: those that differ. */
export async function compareFiles({ store, workspace }: StartOptions, lesson: Lesson, against: Against): Promise<void> {
  const { compare } = await import('../compare.ts');
  const kept = against === 'passed' ? workspace.passedVersion(lesson) : undefined;
  // What was comes before what is; the reference is where it might go.
  const pairs = against === 'passed'
    ? (kept?.pairs ?? []).map(({ file, mine, other }) => ({ file, before: other, after: mine }))
    : workspace.pairs(lesson).filter(({ other }) => other !== null).map(({ file, mine, other }) => ({ file, before: mine, after: other }));
  const files = pairs.filter(({ before, after }) => before !== after)
    .map(({ file, before, after }) => ({ file, absent: before === null, lines: compare(before ?? '', after ?? '', file) }));
  store.dispatch({ type: 'compared', against, version: kept?.lesson, files });
}
