/** Markdown (GitHub's): for a pull request, a wiki, a job summary. */
import { parts } from '../details.ts';
import { harmlessLine } from '../sanitize.ts';
import type { Cell, Entry, OutputFile, Prepared } from './class.ts';
import { commonMistakes, standing } from './insight.ts';
import { cellMarks, counted, marks, moment, notice, stateWord, statusWord, summary } from './words.ts';

/**
 * Text inside a line or a table's cell. Everything Markdown gives a meaning to becomes a character reference, which Markdown takes as
 * text; what it would make a link, a mention or an emoji of all the same stands in `<code>`, where GitHub makes none.
 */
export function markdownText(text: string): string {
  const line = harmlessLine(text);
  const escaped = line.replace(/[&<>\\`*_{[\]#~|@:$]|(?<=www)\./giu, (found) => `&#${found.codePointAt(0)};`);
  const plain = /^(?:[\p{L}\p{M}\p{N} ,;'’./()<>&"=_–…-]|:(?=[ \d]))*$/u.test(line) && !/www\.|\bgh-\d|^\s*(?:\d+[.)]|[=+-])(?:\s|$)/iu.test(line);
  return plain ? escaped : `<code>${escaped}</code>`;
}

/** Text of several lines, still inside one line of Markdown. */
function markdownLines(text: string): string {
  return text.split('\n').map(markdownText).join('<br>');
}

const text = markdownText;

export function markdown(of: Prepared): OutputFile[] {
  const paragraphs = [
    `# ${text(of.course.title)}`,
    `${summary(of)}. Made ${text(moment(of.generatedAt))}.`,
    '## Students and lessons',
    table(['Student', 'Points', 'State', ...of.course.lessons.map(({ id }) => id)], of.students.map((student) => [
      student.result.student.name, marks(student.total, student.maxTotal), stateWord(student.result.outcome), ...student.cells.map(cellText),
    ])),
    '## Who is stuck where',
    table(['Lesson', 'Passed', 'Stuck here'], standing(of).perLesson.map(({ lesson, passed, graded, stuck }) => [
      `${lesson.id} ${lesson.title}`, `${passed} of ${graded}`, names(stuck),
    ])),
    '## Most common mistakes',
    table(['Lesson', 'Students', 'Mistake', 'Who'], commonMistakes(of).flatMap(({ lesson, common }) => common.map(({ what, id, named, students }) => [
      lesson.id, `${students.length}`, named ? `${what} (${id})` : `no named mistake: ${what} (${id})`, names(students),
    ]))),
    ...of.students.filter((student) => notice(student) || failed(student).length > 0).flatMap(section),
  ];
  return [{ path: 'report.md', text: `${paragraphs.join('\n\n')}\n` }];
}

function cellText(cell: Cell): string {
  return cell.points === null ? stateWord(cell.state) : `${cellMarks(cell)} ${stateWord(cell.state)}`;
}

function names(students: readonly Entry[]): string {
  return students.map(({ result }) => result.student.name).join(', ');
}

/** Alignment is left to the reader's program; a table without rows says so. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'None.';
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => text(cell)).join(' | ')} |`;
  return [line(header), `|${header.map(() => ' --- ').join('|')}|`, ...rows.map(line)].join('\n');
}

function failed(student: Entry): { cell: Cell; checks: NonNullable<Cell['result']>['checks'] }[] {
  return student.cells
    .map((cell) => ({ cell, checks: (cell.result?.checks ?? []).filter(({ status }) => status !== 'pass' && status !== 'blocked') }))
    .filter(({ checks }) => checks.length > 0);
}

function section(student: Entry): string[] {
  const { result, total, maxTotal } = student;
  const said = notice(student);
  return [
    `## ${text(`${result.student.name} (${result.student.id})`)}`,
    `${total === null ? 'No total' : `${marks(total, maxTotal)} points`}. ${counted(result.discarded.length, 'file')} not used.`,
    ...(said ? [text(said)] : []),
    ...failed(student).flatMap(({ cell, checks }) => [
      `### ${text(`${cell.lesson.id} ${cell.lesson.title}`)}: ${cellText(cell)}`,
      checks.map((check) => [
        `- ${text(`${statusWord(check.status)}: ${check.title}`)}`,
        ...parts(check).map(({ label, text: body }) => `  - ${label}: ${markdownLines(body)}`),
      ].join('\n')).join('\n'),
    ]),
  ];
}
