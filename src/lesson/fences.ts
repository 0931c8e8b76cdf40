/** What the fenced blocks of a lesson mean: experiments, expectations, predictions, pictures, code pulled by tag. */
import { parseSpans } from './spans.ts';
import { LessonError, type Place, type Prediction } from './types.ts';

/** A fence by its info string, before its body is looked at. */
export type Fence =
  | { kind: 'try'; fails: boolean }
  | { kind: 'expect' }
  | { kind: 'predict' }
  | { kind: 'picture' }
  | { kind: 'pulled'; language: string; file: string; tag: string | null }
  | { kind: 'code'; language: string };

/** Reads the info string of a fence. Throws LessonError on words that mean nothing here: a typing mistake is not code. */
export function readFence(info: string, place: Place): Fence {
  const [language = '', ...words] = info.trim().split(/\s+/);
  if (language === 'expect' || language === 'predict' || language === 'picture') {
    if (words.length) throw new LessonError(`\`${language}\` takes no further words, but "${words.join(' ')}" follows`, place);
    return { kind: language };
  }
  if (words[0] === 'try') {
    if (language !== 'sh') throw new LessonError(`an experiment is shell: write \`sh try\`, not \`${language} try\``, place);
    if (words.length === 1) return { kind: 'try', fails: false };
    if (words.length === 2 && words[1] === 'fails') return { kind: 'try', fails: true };
    throw new LessonError(`after \`sh try\` only \`fails\` may follow, not "${words.slice(1).join(' ')}"`, place);
  }
  const from = words[0]?.match(/^from=([^#]+)(?:#(.+))?$/);
  if (from && words.length === 1) return { kind: 'pulled', language, file: from[1] ?? '', tag: from[2] ?? null };
  if (words.length) throw new LessonError(`"${words.join(' ')}" after \`${language}\` means nothing; known are try, try fails, from=FILE#TAG`, place);
  return { kind: 'code', language };
}

/**
 * One regular expression per line (multiline flag); empty lines are skipped. `place` is that of the fence: the body begins
 * on the line after it.
 */
export function readExpectations(body: string, place: Place): string[] {
  const found: string[] = [];
  for (const [index, line] of body.split('\n').entries()) {
    if (!line.trim()) continue;
    try {
      new RegExp(line, 'm');
    } catch (cause) {
      throw new LessonError(`this is no regular expression: ${(cause as Error).message}`, { ...place, line: place.line + 1 + index });
    }
    found.push(line);
  }
  if (!found.length) throw new LessonError('an `expect` block needs at least one regular expression', place);
  return found;
}

const choiceLine = /^\(([ xX])\)\s*(.*)$/;

/** A question, its choices and what is to be said afterwards. `number` is filled in by the caller. */
export function readPrediction(body: string, place: Place): Omit<Prediction, 'number'> {
  const lines = body.split('\n');
  const bar = lines.findIndex((line) => /^---+\s*$/.test(line));
  if (bar < 0) throw new LessonError('a `predict` block needs a line `---` between the choices and the explanation', place);
  const question: string[] = [];
  const choices: { right: boolean; text: string; line: number }[] = [];
  for (const [index, line] of lines.slice(0, bar).entries()) {
    const choice = line.match(choiceLine);
    const last = choices.at(-1);
    if (choice) choices.push({ right: choice[1] !== ' ', text: choice[2] ?? '', line: place.line + 1 + index });
    else if (!last) question.push(line);
    else if (/^\s+\S/.test(line)) last.text += ` ${line.trim()}`;
    else if (line.trim()) throw new LessonError('a line between the choices: begin it with `( )`, or indent it to continue the choice above', { ...place, line: place.line + 1 + index });
  }
  const explanation = lines.slice(bar + 1).join('\n').trim();
  if (!question.join('').trim()) throw new LessonError('a `predict` block begins with its question', place);
  if (choices.length < 2) throw new LessonError('a `predict` block needs at least two choices, `( ) text` or `(x) text`', place);
  const right = choices.filter((choice) => choice.right).length;
  if (right !== 1) throw new LessonError(`exactly one choice is the right one, \`(x)\`; here ${right} are`, place);
  const empty = choices.find((choice) => !choice.text.trim());
  if (empty) throw new LessonError('a choice without text', { ...place, line: empty.line });
  if (!explanation) throw new LessonError('after `---` the explanation is missing', place);
  return {
    kind: 'prediction',
    question: parseSpans(question.join('\n').trim(), place),
    choices: choices.map((choice) => ({ text: parseSpans(choice.text.trim(), { ...place, line: choice.line }), right: choice.right })),
    explanation: parseSpans(explanation, { ...place, line: place.line + 2 + bar }),
    place,
  };
}
