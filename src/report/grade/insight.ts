/** What a teacher wants to know of a class: what goes wrong most, and who is stuck where. */
import type { CourseLesson, Entry, Prepared } from './class.ts';

/** A named mistake, or a check that failed without one, and whom it happened to. */
export type Common = { what: string; id: string; named: boolean; students: Entry[] };

/** Per lesson, the most common first. A student counts once however often it happened. */
export function commonMistakes(of: Prepared): { lesson: CourseLesson; common: Common[] }[] {
  return of.course.lessons.map((lesson, at) => {
    const found = new Map<string, Common>();
    for (const student of of.students) {
      for (const one of failures(student, at)) {
        const key = JSON.stringify([one.named, one.id]);
        const known = found.get(key) ?? { ...one, students: [] };
        if (!known.students.includes(student)) known.students.push(student);
        found.set(key, known);
      }
    }
    const common = [...found.values()].sort((a, b) => b.students.length - a.students.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : Number(b.named) - Number(a.named)));
    return { lesson, common };
  });
}

function failures({ cells }: Entry, at: number): Omit<Common, 'students'>[] {
  const checks = cells[at]?.result?.checks ?? [];
  return checks.filter((check) => check.status !== 'pass' && check.status !== 'blocked' && check.status !== 'error').map((check) =>
    check.mistake ? { what: check.mistake.title, id: check.mistake.id, named: true } : { what: check.title, id: check.id, named: false });
}

/** `unmarked`: nothing is known of where they stand, for want of a mark. */
export type Standing = { perLesson: { lesson: CourseLesson; passed: number; graded: number; stuck: Entry[] }[]; through: Entry[]; unmarked: Entry[] };

/** Somebody is stuck at the first lesson that they have a mark in and have not passed. */
export function standing(of: Prepared): Standing {
  const at = new Map(of.students.map((student) => [student, stuckAt(student)]));
  const rest = of.students.filter((student) => at.get(student) === -1);
  const passed = (student: Entry): boolean => student.cells.length > 0 && student.cells.every(({ state }) => state === 'pass');
  return {
    perLesson: of.course.lessons.map((lesson, index) => ({
      lesson,
      passed: of.students.filter(({ cells }) => cells[index]?.state === 'pass').length,
      graded: of.students.filter(({ cells }) => (cells[index]?.points ?? null) !== null).length,
      stuck: of.students.filter((student) => at.get(student) === index),
    })),
    through: rest.filter(passed),
    unmarked: rest.filter((student) => !passed(student)),
  };
}

/** The index of that lesson, or -1. What could not be taken in says nothing of where its author stands. */
function stuckAt({ cells }: Entry): number {
  return cells.findIndex(({ state, points }) => points !== null && state !== 'pass' && state !== 'rejected');
}
