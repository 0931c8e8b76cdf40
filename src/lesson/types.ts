/** A lesson and a course as the rest of the program sees them. Parsing is in this folder; nobody else knows marked. */

/** Where something stands, for the author's gate: file relative to the course root, line from 1. */
export type Place = { file: string; line: number };

/** A run of text inside a paragraph, list or heading. */
export type Span =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong' | 'emphasis'; spans: Span[] }
  | { kind: 'link'; spans: Span[]; href: string };

/** An experiment: shell that a reader runs with one key, and what the course gate asserts of its output. */
export type Experiment = {
  kind: 'experiment';
  /** Counted from 1 in the lesson. */
  number: number;
  script: string;
  /** Regular expressions (source text, multiline flag), each of which must match the output. */
  expect: string[];
  /** True where a status other than 0 is expected. */
  fails: boolean;
  place: Place;
};

/** A question the reader answers before the kernel does. */
export type Prediction = {
  kind: 'prediction';
  number: number;
  question: Span[];
  choices: { text: Span[]; right: boolean }[];
  explanation: Span[];
  place: Place;
};

/** A piece of a lesson's page, in reading order. */
export type Block =
  | { kind: 'heading'; depth: number; spans: Span[]; place: Place }
  | { kind: 'paragraph'; spans: Span[]; place: Place }
  | { kind: 'list'; ordered: boolean; items: Block[][]; place: Place }
  | { kind: 'quote'; blocks: Block[]; place: Place }
  | { kind: 'table'; head: Span[][]; rows: Span[][][]; place: Place }
  | { kind: 'rule'; place: Place }
  | { kind: 'picture'; text: string; place: Place }
  /** Code shown, not run; `from` names where it was pulled from. */
  | { kind: 'code'; language: string; text: string; from?: string; place: Place }
  | Experiment
  | Prediction;

export type Lesson = {
  /** `03-pid` */
  id: string;
  /** 3 */
  number: number;
  title: string;
  minutes: number;
  needs: string[];
  /** Box files this lesson asks the learner to work in. */
  files: string[];
  goal: string;
  blocks: Block[];
  /** The ladder, first rung first. */
  hints: Block[][];
  /** The lesson's folder, absolute. */
  folder: string;
};

export type Part = { title: string; lessons: string[] };

/** How `box run` is called from a lesson on, to have a container that shows what has been taught so far; see typical.ts. */
export type TypicalContainer = { from: string; flags: string[]; /** Shell that lays what the flags name, from here on. */ setup?: string };

export type Course = { title: string; format: number; parts: Part[]; lessons: Lesson[]; root: string; containers?: TypicalContainer[] };

/** A lesson file that does not parse: always with its place. */
export class LessonError extends Error {
  override name = 'LessonError';
  readonly place: Place;
  constructor(message: string, place: Place) {
    super(`${place.file}:${place.line}: ${message}`);
    this.place = place;
  }
}
