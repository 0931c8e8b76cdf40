/** A drill in plain text: what is seen and what is asked; afterwards what it was, and the proof. */
import wrapAnsi from 'wrap-ansi';
import type { CheckResult } from '../check/wire.ts';
import { parts } from './details.ts';
import { painter } from './colour.ts';
import { drillWords } from './drill-words.ts';
import { harmlessJson, harmlessLine, harmlessRow, harmlessText } from './sanitize.ts';

/** What is asked; the texts come from the drill and are made harmless here. */
export type Question = {
  lesson: string;
  seed: string;
  on: 'yours' | 'reference';
  because?: 'no box' | 'does not pass' | 'does not fit';
  symptoms: readonly CheckResult[];
  choices: readonly { title: string }[];
};

/** What it was. `diff` is a unified one of what was changed. */
export type Revealed = { choice: number; right: boolean; answer: number; proof: CheckResult; diff: string; score: { right: number; of: number } };

export type DrillText = { colour: boolean; columns: number };

const LABEL = 10;

/** The question as text. `commands` are ways to look, a command and what it does each. */
export function questionText(question: Question, commands: readonly (readonly [string, string])[], { colour, columns }: DrillText): string {
  const w = drillWords;
  const paint = painter(colour);
  const width = Math.min(80, Math.max(40, columns));
  const lines = [...wrap(w.intro[question.on](question.lesson), width), ...(question.because ? wrap(w.because[question.because], width) : []), ''];
  lines.push(paint('strong', w.seen));
  for (const symptom of question.symptoms) {
    lines.push(...indented(`  ${paint('bad', 'FAIL')}  `, 8, wrap(harmlessLine(symptom.title), width - 8)), ...details(symptom, width, paint));
  }
  const left = Math.max(...commands.map(([command]) => command.length)) + 4;
  lines.push('', paint('strong', w.lookAround), ...commands.flatMap(([command, does]) => indented(`  ${command.padEnd(left - 2)}`, left, wrap(does, width - left))));
  lines.push('', paint('strong', w.which));
  question.choices.forEach(({ title }, index) => lines.push(...indented(`  ${index + 1}  `, 5, wrap(harmlessLine(title), width - 5))));
  return `${lines.join('\n')}\n`;
}

/** What it was: right or not, evidence, why, the changed lines. */
export function revealedText({ lesson, choices }: Pick<Question, 'lesson' | 'choices'>, revealed: Revealed, { colour, columns }: DrillText): string {
  const w = drillWords;
  const paint = painter(colour);
  const width = Math.min(80, Math.max(40, columns));
  const title = harmlessLine(choices[revealed.answer - 1]?.title ?? '');
  const said = revealed.right ? w.right(title) : w.wrong(revealed.answer, title);
  const diff = harmlessText(revealed.diff).trimEnd().split('\n').map((row) => paint(row.startsWith('+') ? 'bad' : row.startsWith('-') ? 'good' : 'dim', row));
  return `${[
    ...wrap(said, width).map((row) => paint(revealed.right ? 'good' : 'bad', row)),
    ...details(revealed.proof, width, paint), '', paint('strong', w.changed), ...diff, '', w.score(lesson, revealed.score.right, revealed.score.of),
  ].join('\n')}\n`;
}

/** `drydock.drill/1`: the question, and once it was answered what it was. */
export function drillJson(question: Question, revealed?: Revealed): string {
  const { lesson, seed, on, because, symptoms, choices } = question;
  return `${harmlessJson({
    schema: 'drydock.drill/1', lesson, seed, on, ...(because === undefined ? {} : { because }), symptoms,
    choices: choices.map(({ title }, index) => ({ number: index + 1, title })),
    ...(revealed === undefined ? {} : { answered: revealed }),
  }, 2)}\n`;
}

function details(check: CheckResult, width: number, paint: ReturnType<typeof painter>): string[] {
  return parts(check).flatMap(({ label, text, code }) => {
    const rows = harmlessText(text).split('\n');
    // A command stays whole, so that it can be copied.
    const body = label === 'did' ? rows : rows.flatMap((row) => wrap(row, width - LABEL - 4, code));
    return body.map((row, index) => `    ${paint('dim', (index === 0 ? label : '').padEnd(LABEL))}${row}`.trimEnd());
  });
}

function indented(first: string, left: number, rows: readonly string[]): string[] {
  return rows.map((row, index) => (index === 0 ? first : ' '.repeat(left)) + row);
}

function wrap(text: string, width: number, code = false): string[] {
  return wrapAnsi(text, width, { hard: true, trim: !code, wordWrap: !code }).split('\n').map(harmlessRow);
}
