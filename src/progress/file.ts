/** The text of progress.json: writing it for people, reading it whatever it looks like. Pure. */
import * as v from 'valibot';
import { LessonProgressSchema, noProgress, type Progress, PROGRESS_VERSION, ProgressSchema } from './state.ts';

/** What a text turned out to be. */
export type Reading =
  | { kind: 'good'; progress: Progress }
  /** Not whole: what could be read of it, and what is wrong with it in a few words. */
  | { kind: 'broken'; progress: Progress; why: string }
  /** Written by a later version of the program: not to be touched. */
  | { kind: 'newer'; version: number };

/** The file's text: two spaces of indentation, lessons in order, keys in the order of the schema, a line end at the end. */
export function writeProgress(progress: Progress): string {
  const lessons = Object.fromEntries(Object.keys(progress.lessons).sort().map((id) => [id, inOrder(progress.lessons[id])]));
  return `${JSON.stringify({ ...progress, lessons }, null, 2)}\n`;
}

const order = ['state', 'attempts', 'hints', 'peeked', 'predictions', 'seconds', 'startedAt', 'passedAt', 'last', 'drills'];

function inOrder(lesson: Progress['lessons'][string] | undefined): object {
  const entries = Object.entries(lesson ?? {});
  const place = ([key]: readonly [string, unknown]) => (order.includes(key) ? order.indexOf(key) : order.length);
  return Object.fromEntries(entries.sort((a, b) => place(a) - place(b)));
}

/** Reads the text of a progress file. Never throws: a file that is not whole gives what can be read of it. */
export function readProgress(text: string): Reading {
  const whole = parse(text);
  const raw = whole ?? parseCut(text);
  if (isRecord(raw) && typeof raw['version'] === 'number' && raw['version'] > PROGRESS_VERSION) return { kind: 'newer', version: raw['version'] };
  const result = v.safeParse(ProgressSchema, raw);
  if (whole !== undefined && result.success) return { kind: 'good', progress: result.output };
  return { kind: 'broken', progress: salvage(raw), why: whole === undefined ? whyUnparsed(text) : 'it does not have the form of a progress file' };
}

function whyUnparsed(text: string): string {
  if (!text.trim()) return 'it is empty';
  return /[\0]/.test(text) ? 'it is not text' : 'it is not whole JSON';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Reads as much as there is of JSON that was cut off: the text up to some line's end, without a comma there, and with the
 * brackets closed that are open at that point. The longest such piece that parses is taken.
 */
function parseCut(text: string): unknown {
  const lines = text.slice(0, 1_000_000).split('\n');
  // A cut takes the last line; looking back far would make a long file that is no JSON at all slow to refuse.
  for (let end = lines.length; end > Math.max(0, lines.length - 40); end--) {
    const piece = lines.slice(0, end).join('\n').trimEnd().replace(/,$/, '');
    const value = parse(piece + closing(piece));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The brackets that are open at the end of a piece of JSON, closed. */
function closing(piece: string): string {
  const open: string[] = [];
  let inString = false;
  for (let i = 0; i < piece.length; i++) {
    const letter = piece[i];
    if (inString) {
      if (letter === '\\') i++;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === '{') open.push('}');
    else if (letter === '[') open.push(']');
    else if (letter === '}' || letter === ']') open.pop();
  }
  return open.reverse().join('');
}

/** What is right in something that is not: every lesson that can be read by itself, and the current one. */
function salvage(raw: unknown): Progress {
  const progress = noProgress();
  if (!isRecord(raw)) return progress;
  if (typeof raw['current'] === 'string') progress.current = raw['current'];
  for (const [id, lesson] of Object.entries(isRecord(raw['lessons']) ? raw['lessons'] : {})) {
    // Defaults for what a cut or a hand took away; what is there goes over them, key by key, where it is right.
    const read = v.safeParse(LessonProgressSchema, lesson);
    const mended = read.success ? read : v.safeParse(LessonProgressSchema, mend(lesson));
    if (mended.success && id !== '__proto__') progress.lessons[id] = mended.output;
  }
  return progress;
}

function mend(lesson: unknown): unknown {
  let mended: Record<string, unknown> = { state: 'started', attempts: 0, hints: 0, predictions: {}, seconds: 0 };
  if (!isRecord(lesson)) return undefined;
  for (const [key, value] of Object.entries(lesson)) {
    const tried = { ...mended, [key]: value };
    if (v.safeParse(LessonProgressSchema, tried).success) mended = tried;
  }
  return mended;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
