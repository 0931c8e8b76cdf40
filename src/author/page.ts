/** What must hold of a lesson's page and its hints, without running anything. */
import fs from 'node:fs';
import path from 'node:path';
import stringWidth from 'string-width';
import { translated } from '../lesson/language.ts';
import { plain } from '../lesson/spans.ts';
import { everyBlock, renderBlocks } from '../lesson/text.ts';
import type { Block, Course, Lesson, Span } from '../lesson/types.ts';
import type { Problems } from './problem.ts';

/** Columns for what is shown as it is: the screen has 80, and the tutor needs a margin. */
const WIDEST = 76;

/** Looks at lesson.md and hints.md of one lesson, or at their translations where it was loaded in a language. */
export function checkPage(course: Course, lesson: Lesson, says: Problems, language?: string): void {
  const file = (name: string): string => `lessons/${lesson.id}/${translated(lesson.folder, name, language === undefined ? [] : [language])}`;
  const page = file('lesson.md');
  const blocks = says.guard(() => lesson.blocks);
  if (blocks) {
    const all = everyBlock(blocks);
    checkPredictions(all, page, says);
    if (!all.some((block) => block.kind === 'picture')) says.at(page, 1, 'a lesson needs a picture');
    for (const block of all) {
      if (block.kind === 'experiment' && !block.expect.length) says.at(page, block.place.line, `experiment ${block.number} has no \`expect\` block: what does it show?`);
      if (block.kind === 'list' && block.items.some((item) => !item.length)) says.at(page, block.place.line, 'an empty item in this list');
    }
    checkWidths(blocks, all, says);
    checkLinks(course, lesson, all, says);
  }
  const hintsFile = file('hints.md');
  const hints = says.guard(() => lesson.hints);
  if (!hints) return;
  if (hints.length < 3 || hints.length > 5) says.at(hintsFile, 1, `a ladder has three to five hints; this one has ${hints.length}`);
  for (const hint of hints) {
    checkWidths(hint, everyBlock(hint), says);
    checkLinks(course, lesson, everyBlock(hint), says);
  }
}

function checkPredictions(all: readonly Block[], page: string, says: Problems): void {
  const predictions = all.filter((block) => block.kind === 'prediction');
  if (predictions.length < 2) says.at(page, 1, `a lesson has at least two predictions; this one has ${predictions.length}`);
  for (const prediction of predictions) {
    const next = all.slice(all.indexOf(prediction) + 1).find((block) => block.kind === 'experiment' || block.kind === 'prediction');
    if (next?.kind !== 'experiment') says.at(page, prediction.place.line, `no experiment follows prediction ${prediction.number}: the kernel must have the last word`);
  }
}

/** Code and pictures are never wrapped, so they must fit; and what is wrapped must, in the end, fit too. */
function checkWidths(blocks: readonly Block[], all: readonly Block[], says: Problems): void {
  for (const block of all) {
    const text = block.kind === 'picture' || block.kind === 'code' ? block.text : block.kind === 'experiment' ? block.script : null;
    for (const [index, line] of (text ?? '').split('\n').entries()) {
      const width = stringWidth(line);
      if (line.includes('\t')) says.at(block.place.file, block.place.line + 1 + index, 'a tab: its width is not known; use spaces');
      else if (width > WIDEST) says.at(block.place.file, block.place.line + 1 + index, `this line is ${width} columns wide; ${WIDEST} fit`);
    }
  }
  for (const block of blocks) {
    // An address is left whole, so that it can be copied; everything else wraps.
    const wide = renderBlocks([block], 80).find((line) => stringWidth(line) > 80 && !line.includes('://'));
    if (wide && block.kind !== 'picture' && block.kind !== 'code' && block.kind !== 'experiment') {
      says.at(block.place.file, block.place.line, `a word here is too long for 80 columns: ${wide.trim().slice(0, 40)}…`);
    }
  }
}

function checkLinks(course: Course, lesson: Lesson, all: readonly Block[], says: Problems): void {
  const headings = new Set(all.flatMap((block) => (block.kind === 'heading' ? [anchor(plain(block.spans))] : [])));
  for (const block of all) {
    for (const href of linksOf(block)) {
      const wrong = wrongWith(href, course, lesson, headings);
      if (wrong) says.at(block.place.file, block.place.line, `the link ${href} ${wrong}`);
    }
  }
}

function wrongWith(href: string, course: Course, lesson: Lesson, headings: ReadonlySet<string>): string | null {
  if (href.startsWith('#')) return headings.has(href.slice(1)) ? null : 'names no heading of this page';
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) {
    if (!URL.canParse(href)) return 'is not an address';
    return new URL(href).protocol === 'https:' ? null : 'is not https';
  }
  const target = href.split('#', 1)[0] ?? '';
  if (course.lessons.some((one) => one.id === target)) return null;
  const file = path.resolve(lesson.folder, target);
  if (path.relative(course.root, file).startsWith('..')) return 'leads out of the course';
  return fs.existsSync(file) ? null : 'leads nowhere';
}

/** A heading as a link names it: lower case, words joined by hyphens. */
function anchor(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}\s-]/gu, '').trim().replaceAll(/\s+/g, '-');
}

function linksOf(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return inSpans(block.spans);
    case 'table':
      return [...block.head, ...block.rows.flat()].flatMap(inSpans);
    case 'prediction':
      return [block.question, block.explanation, ...block.choices.map((choice) => choice.text)].flatMap(inSpans);
    default:
      return [];
  }
}

function inSpans(spans: readonly Span[]): string[] {
  return spans.flatMap((span) => (span.kind === 'link' ? [span.href, ...inSpans(span.spans)] : 'spans' in span ? inSpans(span.spans) : []));
}
