/** The map: parts and their lessons, a line each, with where each stands in words. */
import type { Course, Lesson } from '../../lesson/types.ts';
import type { ProgressView } from '../ports.ts';
import { t } from '../strings.ts';
import { type Line, type Role, blank, line, padLine, seg, spread } from '../text/line.ts';

export type MapInput = {
  course: Course;
  progress: ProgressView;
  /** Lessons that match the search, in the course's order. */
  found: readonly Lesson[];
  query: string;
  selected: string;
  open: string;
};

/** Columns of what a lesson took. */
const TOOK = 18;

export type MapLayout = { lines: Line[]; /** The line of the selected lesson. */ at: number };

export function layoutMap(input: MapInput, width: number): MapLayout {
  const lines: Line[] = [];
  let at = 0;
  for (const part of input.course.parts) {
    const lessons = input.found.filter((lesson) => part.lessons.includes(lesson.id));
    if (lessons.length === 0) continue;
    if (lines.length > 0) lines.push(blank);
    lines.push(line(part.title, 'heading'));
    for (const lesson of lessons) {
      if (lesson.id === input.selected) at = lines.length;
      lines.push(row(lesson, input, width));
    }
  }
  if (input.found.length === 0) lines.push(line(t.map.none(input.query), 'label'));
  return { lines, at };
}

function row(lesson: Lesson, { progress, selected, open }: MapInput, width: number): Line {
  const known = progress.lessons[lesson.id];
  const chosen = lesson.id === selected;
  const role = (usual: Role): Role => (chosen ? 'selected' : usual);
  const mark = known?.failsNow ? '✗' : known?.passed ? '✓' : known?.started ? '…' : ' ';
  const states = [known?.failsNow ? t.map.failsNow : known?.passed ? t.map.passed : known?.started ? t.map.started : t.map.fresh, lesson.id === open ? t.map.open : ''];
  const state = states.filter((word) => word !== '').join(', ');
  const left = [
    seg(chosen ? '▸ ' : '  ', role('key')),
    seg(`${mark} `, role(known?.failsNow ? 'bad' : known?.passed ? 'good' : 'label')),
    seg(t.lesson(lesson.number, lesson.title), role(known?.passed ? 'text' : 'strong')),
  ];
  // What it took, once there was an attempt; until then what it may take.
  const took = known?.attempts ? t.map.took(known.attempts, Math.round(known.seconds / 60)) : t.minutes(lesson.minutes);
  const right = [seg(state, role(known?.failsNow ? 'bad' : known?.passed ? 'good' : 'warn')), seg(`  ${took.padStart(known?.attempts ? TOOK : 6)} `, role('label'))];
  return padLine(spread(left, right, width, role('text')), width, role('text'));
}
