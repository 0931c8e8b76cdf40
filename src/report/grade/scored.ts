/** A submission as a flat list of scored tests, for the formats that know nothing of lessons. */
import type { CheckResult } from '../../check/wire.ts';
import { details } from '../details.ts';
import type { Entry } from './class.ts';
import { notice, stateWord, statusWord } from './words.ts';

export type Scored = { id: string; name: string; number: string; lesson: string; passed: boolean; points: number; maxPoints: number; status: string; text: string };

/**
 * A test for each check; only for lessons that have a mark. Points of tests add up to the lesson's: where those of the checks do
 * not, the lesson is one test.
 */
export function scored(student: Entry): Scored[] {
  return student.cells.flatMap(({ lesson, state, points, result }, at) => {
    if (points === null) return [];
    const checks = (result?.checks ?? []).map((check, index) => test(check, lesson.id, `${at + 1}.${index + 1}`));
    const sum = (of: 'points' | 'maxPoints'): number => checks.reduce((all, one) => all + one[of], 0);
    if (checks.length > 0 && sum('points') === points && sum('maxPoints') === lesson.maxPoints) return checks;
    const text = [notice(student), ...(result?.checks ?? []).map((check) => `${check.title}: ${statusWord(check.status)}`)].filter((part) => part !== '');
    return [{ id: lesson.id, name: `${lesson.id}: ${lesson.title}`, number: `${at + 1}`, lesson: lesson.id, passed: state === 'pass', points, maxPoints: lesson.maxPoints, status: stateWord(state), text: text.join('\n') }];
  });
}

function test(check: CheckResult, lesson: string, number: string): Scored {
  const passed = check.status === 'pass';
  const text = check.status === 'blocked' ? `blocked by ${(check.blockedBy ?? []).join(', ')}` : passed ? '' : details(check);
  return {
    id: `${lesson}/${check.id}`,
    name: `${lesson}: ${check.title}`,
    number,
    lesson,
    passed,
    points: passed ? check.points : 0,
    maxPoints: check.points,
    status: statusWord(check.status),
    text,
  };
}
