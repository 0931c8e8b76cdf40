/** One student in the class report: what was graded, what did not pass, and what the kernel showed. */
import type { CheckResult } from '../../check/wire.ts';
import { parts } from '../details.ts';
import type { Cell, Entry } from './class.ts';
import { html } from './html-tag.ts';
import type { Html } from './html-tag.ts';
import { cellMarks, marks, moment, notice, stateWord, statusWord, toneOf } from './words.ts';

/** Characters of details a student's section may have; the checks after that are only named. */
const ROOM = 60_000;

export function studentSection(student: Entry): Html {
  const { result, slug, total, maxTotal } = student;
  const said = notice(student);
  const heading = `student-${slug}`;
  return html`<article class="student" aria-labelledby="${heading}">
<h3 id="${heading}">${result.student.name || result.student.id}</h3>
<p>${total === null ? 'No total' : `${marks(total, maxTotal)} points`}: ${stateWord(result.outcome)}. <span class="soft">${facts(student)}</span></p>
${said ? [html`<p class="notice warn">${said}</p>`] : []}
${student.cells.some((cell) => cell.result) ? [lessonsTable(student)] : []}
${lessonSections(student)}
${list('Not used', result.discarded.map(({ path, why }) => `${path}: ${why}`))}
<p class="soft">${proof(student)}</p>
</article>
`;
}

/** What tells people apart, and when it happened. */
function facts({ result: { student, submission } }: Entry): string {
  return [
    student.pseudonym ? 'Pseudonym' : `Id ${student.id}`,
    ...(student.email ? [student.email] : []),
    ...(submission.name && submission.name !== student.id ? [`handed in as ${submission.name}`] : []),
    ...(submission.submittedAt ? [`files from ${moment(submission.submittedAt)}`] : []),
  ].join(' · ');
}

/** What one needs to judge it again and get the same. */
function proof({ result }: Entry): string {
  const { kernel } = result;
  return [
    `Graded ${moment(result.gradedAt)} in ${(result.durationMs / 1000).toFixed(1)} s`,
    `seed ${result.seed}`,
    ...(kernel ? [`kernel ${kernel.kind} ${kernel.release}`, `image ${kernel.image}`] : []),
    ...(result.sharedKernel ? ['in a kernel shared with others'] : []),
    `course ${result.course.version}`,
    ...(result.submission.digest ? [`files ${result.submission.digest}`] : []),
    ...(result.attempts > 1 ? [`${result.attempts} attempts, because the machine failed`] : []),
    ...(result.flaky ? ['two attempts differed'] : []),
  ].join(' · ');
}

function lessonsTable({ cells }: Entry): Html {
  return html`<div class="scroll"><table>
<caption>Lessons</caption>
<thead><tr><th scope="col">Lesson</th><th scope="col">Points</th><th scope="col">State</th><th scope="col">Checks passed</th></tr></thead>
<tbody>
${cells.map((cell) => html`<tr><th scope="row">${`${cell.lesson.id} ${cell.lesson.title}`}</th><td class="points">${cellMarks(cell)}</td><td class="${toneOf(cell.state)}">${stateWord(cell.state)}</td><td>${checksPassed(cell)}</td></tr>
`)}</tbody>
</table></div>`;
}

function checksPassed({ result }: Cell): string {
  return result && result.checks.length > 0 ? `${result.checks.filter(({ status }) => status === 'pass').length} of ${result.checks.length}` : '–';
}

function lessonSections({ cells }: Entry): Html[] {
  let room = ROOM;
  return cells.flatMap(({ lesson, result }) => {
    const failed = (result?.checks ?? []).filter(({ status }) => status !== 'pass');
    const left = (result?.leftovers ?? []).map(({ kind, what }) => `${kind}: ${what}`);
    if (failed.length === 0 && left.length === 0) return [];
    const checks = failed.map((check) => {
      const size = parts(check).reduce((sum, { text }) => sum + text.length, 0);
      room -= size;
      return checkBox(check, room >= 0);
    });
    return [html`<h4>${`${lesson.id} ${lesson.title}`}</h4>
${checks}${list('Left behind', left)}`];
  });
}

function checkBox(check: CheckResult, whole: boolean): Html {
  const tone = check.status === 'blocked' || check.status === 'error' ? 'warn' : 'bad';
  const title = html`<h5><span class="${`status ${tone}`}">${statusWord(check.status)}</span> ${check.title}</h5>`;
  if (check.status === 'blocked') return html`<div class="check">${title}<p>Not judged, because these did not pass: ${(check.blockedBy ?? []).join(', ')}.</p></div>
`;
  const details = whole
    ? html`<dl>${parts(check).map(({ label, text, code }) => html`<dt>${label}</dt><dd>${code ? html`<pre>${text}</pre>` : lines(text)}</dd>`)}</dl>`
    : html`<p>There is no room on this page for its details; they are in the result file.</p>`;
  return html`<div class="check">${title}${details}</div>
`;
}

function lines(text: string): Html {
  return html`${text.split('\n').map((line, at) => html`${at > 0 ? html`<br/>` : ''}${line}`)}`;
}

function list(title: string, entries: readonly string[]): Html {
  return entries.length === 0 ? html`` : html`<h4>${title}</h4>
<ul class="plain">${entries.map((entry) => html`<li>${entry}</li>`)}</ul>`;
}
