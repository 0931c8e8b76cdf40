/**
 * The class report: one page that needs nothing but itself. No script, nothing loaded; the page's own policy forbids both, so that
 * not even a hole in the escaping would run anything.
 */
import { createHash } from 'node:crypto';
import type { Cell, Entry, OutputFile, Prepared } from './class.ts';
import { studentSection } from './html-student.ts';
import { style } from './html-style.ts';
import { html, htmlText } from './html-tag.ts';
import type { Html } from './html-tag.ts';
import { commonMistakes, standing } from './insight.ts';
import type { Common } from './insight.ts';
import { cellMarks, marks, moment, notice, stateWord, summary, toneOf } from './words.ts';

export function htmlReport(of: Prepared): OutputFile[] {
  return [{ path: 'report.html', text: page(of) }];
}

function page(of: Prepared): string {
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const head = html`<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${policy}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta name="referrer" content="no-referrer"/>
<title>${`Class report: ${of.course.title}`}</title>`;
  const body = html`<body>
<header>
<h1>${of.course.title}</h1>
<p>Class report, made ${moment(of.generatedAt)}. ${summary(of)}.</p>
<nav aria-label="Parts of this page"><ul>
<li><a href="#class">Students and lessons</a></li>
<li><a href="#stuck">Who is stuck where</a></li>
<li><a href="#mistakes">Most common mistakes</a></li>
<li><a href="#students">Each student</a></li>
</ul></nav>
</header>
<main>
${classSection(of)}
${stuckSection(of)}
${mistakesSection(of)}
<section aria-labelledby="students">
<h2 id="students">Each student</h2>
${of.students.map(studentSection)}</section>
</main>
</body>`;
  // The style is ours, and text to an HTML parser: it must not be escaped.
  return `<!DOCTYPE html>\n<html lang="en">\n${htmlText(head)}\n<style>${style}</style>\n</head>\n${htmlText(body)}\n</html>\n`;
}

function classSection(of: Prepared): Html {
  const { perLesson } = standing(of);
  const whole = of.students.filter(({ total }) => total !== null);
  const average = whole.length === 0 ? '–' : (whole.reduce((sum, { total }) => sum + (total ?? 0), 0) / whole.length).toFixed(1);
  return html`<section aria-labelledby="class">
<h2 id="class">Students and lessons</h2>
<div class="scroll" role="region" aria-labelledby="class" tabindex="0">
<table class="class">
<caption>Points in each lesson, and how it ended. A dash means that there is no mark; the last row counts marks only.</caption>
<thead><tr><th scope="col">Student</th><th scope="col">Points</th>${of.course.lessons.map(({ id, title }) => html`<th scope="col">${id}<span class="title">${title}</span></th>`)}</tr></thead>
<tbody>
${of.students.map(classRow)}</tbody>
<tfoot><tr><th scope="row">Whole class</th><td>${average}<span class="state">on average, of ${whole.length}</span></td>${perLesson.map(({ passed, graded }) => html`<td>${`${passed} of ${graded}`}<span class="state">passed</span></td>`)}</tr></tfoot>
</table>
</div>
</section>`;
}

function classRow(student: Entry): Html {
  return html`<tr><th scope="row">${link(student)}</th><td class="points"><b>${marks(student.total, student.maxTotal)}</b></td>${student.cells.map(classCell)}</tr>
`;
}

function classCell(cell: Cell): Html {
  return html`<td class="${toneOf(cell.state)}"><b>${cellMarks(cell)}</b><span class="state">${stateWord(cell.state)}</span></td>`;
}

function link({ slug, result }: Entry): Html {
  return html`<a href="${`#student-${slug}`}">${result.student.name || result.student.id}</a>`;
}

function links(students: readonly Entry[]): Html {
  return students.length === 0 ? html`<span class="soft">nobody</span>` : html`${students.map((student, at) => html`${at > 0 ? ', ' : ''}${link(student)}`)}`;
}

function stuckSection(of: Prepared): Html {
  const { perLesson, through, unmarked } = standing(of);
  return html`<section aria-labelledby="stuck">
<h2 id="stuck">Who is stuck where</h2>
<table class="wide">
<caption>The first lesson that somebody has not passed.</caption>
<thead><tr><th scope="col">Lesson</th><th scope="col">Passed</th><th scope="col">Stuck here</th></tr></thead>
<tbody>
${perLesson.map(({ lesson, passed, graded, stuck }) => html`<tr><th scope="row">${`${lesson.id} ${lesson.title}`}</th><td class="points">${`${passed} of ${graded}`}</td><td>${stuck.length > 0 ? `${stuck.length}: ` : ''}${links(stuck)}</td></tr>
`)}</tbody>
</table>
<p>Through all lessons: ${links(through)}.</p>
${unmarked.length > 0 ? [html`<p>Where they stand is not known:</p>
<ul class="plain">${unmarked.map((student) => html`<li>${link(student)}: ${notice(student)}</li>`)}</ul>`] : []}
</section>`;
}

function mistakesSection(of: Prepared): Html {
  const lessons = commonMistakes(of).filter(({ common }) => common.length > 0);
  return html`<section aria-labelledby="mistakes">
<h2 id="mistakes">Most common mistakes</h2>
${lessons.length === 0 ? [html`<p>None.</p>`] : [html`<div class="scroll" role="region" aria-labelledby="mistakes" tabindex="0"><table class="wide">
<caption>In each lesson, the most common first. A student counts once.</caption>
<thead><tr><th scope="col">Lesson</th><th scope="col">Mistake</th><th scope="col">Students</th><th scope="col">Who</th></tr></thead>
${lessons.map(({ lesson, common }) => html`<tbody>
${common.map((one, at) => mistakeRow(one, at === 0 ? html`<th scope="rowgroup" rowspan="${common.length}">${`${lesson.id} ${lesson.title}`}</th>` : html``))}</tbody>
`)}</table></div>`]}
</section>`;
}

function mistakeRow({ what, id, named, students }: Common, lesson: Html): Html {
  return html`<tr>${lesson}<td>${named ? what : `No named mistake: ${what}`} <code class="soft">${id}</code></td><td>${students.length}</td><td>${links(students)}</td></tr>
`;
}
