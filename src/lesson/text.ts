/**
 * A lesson as plain text: for `drydock read`, for --plain and for screen readers.
 *
 * No colour, no escape sequences, nothing that only a sighted reader of a screen would understand: headings are
 * underlined, links show their address, experiments and predictions are announced in words.
 */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { Block, Lesson, Prediction, Span } from './types.ts';

/** Spans as one line of text: code in backticks, links followed by their address. */
export function spansToText(spans: readonly Span[]): string {
  return spans.map((span) => {
    switch (span.kind) {
      case 'text':
        return span.text;
      case 'code':
        return `\`${span.text}\``;
      case 'strong':
        return `*${spansToText(span.spans)}*`;
      case 'emphasis':
        return `_${spansToText(span.spans)}_`;
      case 'link': {
        const text = spansToText(span.spans);
        return text === span.href ? text : `${text} (${span.href})`;
      }
    }
  }).join('');
}

/** Text in lines of at most `width` columns; a word that is longer stays whole, so that an address can be copied. */
export function wrapText(text: string, width: number): string[] {
  return wrapAnsi(text, Math.max(8, width), { hard: false, trim: true }).split('\n').map((line) => line.trimEnd());
}

/** Blocks as lines, a blank one between them. The answers to predictions are left out. */
export function renderBlocks(blocks: readonly Block[], width: number): string[] {
  const lines: string[] = [];
  for (const block of blocks) {
    const rendered = renderBlock(block, width);
    if (lines.length && rendered.length) lines.push('');
    lines.push(...rendered);
  }
  return lines;
}

/** A whole lesson: its head, its page, and at the end the answers to its predictions. */
export function renderLesson(lesson: Lesson, width: number): string[] {
  const title = `Lesson ${lesson.number}: ${lesson.title}`;
  const facts = [`${lesson.minutes} minutes`, `files: ${lesson.files.join(', ')}`, ...(lesson.needs.length ? [`needs ${lesson.needs.join(', ')}`] : [])];
  const lines = [title, '='.repeat(stringWidth(title)), ...wrapText(facts.join(' · '), width), '', ...wrapText(`Goal: ${lesson.goal}`, width), ''];
  lines.push(...renderBlocks(lesson.blocks, width));
  const predictions = predictionsOf(lesson.blocks);
  if (predictions.length) {
    lines.push('', 'Answers to the predictions', '-'.repeat(26));
    for (const prediction of predictions) lines.push('', ...renderAnswer(prediction, width));
  }
  return lines;
}

/** The right choice of a prediction and what is to be said about it. */
export function renderAnswer(prediction: Prediction, width: number): string[] {
  const index = prediction.choices.findIndex((choice) => choice.right);
  const choice = prediction.choices[index];
  const head = `${prediction.number}. ${letter(index)}) ${choice ? spansToText(choice.text) : ''}`;
  return [...wrapText(head, width), ...indent(wrapText(spansToText(prediction.explanation), width - 3), '   ')];
}

/** All predictions of a page, also those inside lists and quotes, in reading order. */
export function predictionsOf(blocks: readonly Block[]): Prediction[] {
  return everyBlock(blocks).filter((block) => block.kind === 'prediction');
}

/** Every block of a page in reading order, those inside lists and quotes after the one that holds them. */
export function everyBlock(blocks: readonly Block[]): Block[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'list') return [block, ...block.items.flatMap((item) => everyBlock(item))];
    return block.kind === 'quote' ? [block, ...everyBlock(block.blocks)] : [block];
  });
}

function renderBlock(block: Block, width: number): string[] {
  switch (block.kind) {
    case 'heading': {
      const text = wrapText(spansToText(block.spans), width);
      const longest = Math.max(...text.map((line) => stringWidth(line)));
      return block.depth <= 2 ? [...text, (block.depth === 1 ? '=' : '-').repeat(longest)] : text;
    }
    case 'paragraph':
      return wrapText(spansToText(block.spans), width);
    case 'list':
      return renderList(block, width);
    case 'quote':
      return indent(renderBlocks(block.blocks, width - 2), '| ');
    case 'table':
      return renderTable(block, width);
    case 'rule':
      return ['-'.repeat(Math.min(width, 20))];
    case 'picture':
      return block.text.split('\n').map((line) => line.trimEnd());
    case 'code':
      return [...(block.from ? [`${block.from}:`] : []), ...indent(block.text.split('\n'), '    ')];
    case 'experiment':
      return [
        `Experiment ${block.number}${block.fails ? ' (it fails, and that is the point)' : ''}:`,
        ...indent(block.script.split('\n'), '    '),
      ];
    case 'prediction':
      return [
        ...wrapText(`Prediction ${block.number}: ${spansToText(block.question)}`, width),
        ...block.choices.flatMap((choice, index) => hang(`  ${letter(index)}) `, wrapText(spansToText(choice.text), width - 5))),
      ];
  }
}

function renderList(list: Block & { kind: 'list' }, width: number): string[] {
  const tight = list.items.every((item) => item.length <= 1 || item.slice(1).every((block) => block.kind === 'list'));
  return list.items.flatMap((item, index) => {
    const mark = list.ordered ? `${index + 1}. ` : '- ';
    const inner = tight
      ? item.flatMap((block) => renderBlock(block, width - mark.length))
      : renderBlocks(item, width - mark.length);
    return [...(index > 0 && !tight ? [''] : []), ...hang(mark, inner)];
  });
}

/** Columns side by side where they fit; otherwise each row as a small list. */
function renderTable(table: Block & { kind: 'table' }, width: number): string[] {
  const head = table.head.map(spansToText);
  const rows = table.rows.map((row) => row.map(spansToText));
  const widths = head.map((cell, column) => Math.max(...[cell, ...rows.map((row) => row[column] ?? '')].map((text) => stringWidth(text))));
  const total = widths.reduce((sum, one) => sum + one + 2, -2);
  if (total <= width) {
    const line = (cells: readonly string[]) => cells.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell))).join('  ').trimEnd();
    return [line(head), widths.map((one) => '-'.repeat(one)).join('  '), ...rows.map(line)];
  }
  return rows.flatMap((row, index) => [
    ...(index ? [''] : []),
    ...row.flatMap((cell, column) => hang(column ? '  ' : '- ', wrapText(head[column] ? `${head[column]}: ${cell}` : cell, width - 2))),
  ]);
}

/** `a`, `b`, `c`, … */
export function letter(index: number): string {
  return String.fromCharCode(97 + (index % 26));
}

function indent(lines: readonly string[], by: string): string[] {
  return lines.map((line) => (by + line).trimEnd());
}

/** The first line behind a mark, the others as far in. */
function hang(mark: string, lines: readonly string[]): string[] {
  const deep = ' '.repeat(mark.length);
  return (lines.length ? lines : ['']).map((line, index) => ((index ? deep : mark) + line).trimEnd());
}
