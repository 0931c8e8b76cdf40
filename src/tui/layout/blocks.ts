/** Blocks that are only read, as lines of a given width. Experiments and predictions have files of their own. */
import type { Block } from '../../lesson/types.ts';
import { highlight } from '../text/highlight.ts';
import { type Line, blank, fitLine, indent, line, lineWidth, seg } from '../text/line.ts';
import { wrap, wrapHard } from '../text/wrap.ts';
import { segmentsOf } from './spans.ts';
import { layoutTable } from './table.ts';

/** A block that nobody acts on. */
export type ReadOnly = Exclude<Block, { kind: 'experiment' } | { kind: 'prediction' }>;

const CODE_INDENT = '  ';
export const continued = seg('↪ ', 'muted');

/** One block as lines, without the blank line that parts it from its neighbours. */
export function layoutBlock(block: ReadOnly, width: number): Line[] {
  switch (block.kind) {
    case 'heading':
      return layoutHeading(block, width);
    case 'paragraph':
      return wrap(segmentsOf(block.spans), width);
    case 'list':
      return layoutList(block, width);
    case 'quote':
      return indent(layoutBlocks(block.blocks, width - 2), [seg('│ ', 'frame')], [seg('│ ', 'frame')]);
    case 'table':
      return layoutTable(block, width);
    case 'rule':
      return [line('─'.repeat(width), 'frame')];
    case 'picture':
      return block.text.split('\n').map((text) => fitLine(line(text, 'picture'), width));
    case 'code':
      return layoutCode(block, width);
  }
}

/** Several blocks with a blank line between them; items of a list that are one line stay together. */
export function layoutBlocks(blocks: readonly Block[], width: number): Line[] {
  const lines: Line[] = [];
  for (const block of blocks) {
    if (block.kind === 'experiment' || block.kind === 'prediction') continue;
    if (lines.length > 0) lines.push(blank);
    lines.push(...layoutBlock(block, width));
  }
  return lines;
}

function layoutHeading(block: Extract<Block, { kind: 'heading' }>, width: number): Line[] {
  const lines = wrap(segmentsOf(block.spans, 'heading'), width);
  if (block.depth > 2) return lines;
  const longest = Math.max(...lines.map(lineWidth));
  return [...lines, line((block.depth === 1 ? '━' : '─').repeat(longest), 'frame')];
}

function layoutList(block: Extract<Block, { kind: 'list' }>, width: number): Line[] {
  const marks = block.items.map((_, index) => (block.ordered ? `${index + 1}. ` : '• '));
  const room = Math.max(...marks.map((mark) => mark.length));
  const items = block.items.map((item, index) => indent(layoutBlocks(item, width - room), [seg((marks[index] ?? '').padStart(room), 'label')]));
  const loose = items.some((item) => item.some((parts) => lineWidth(parts) === room));
  return items.flatMap((item, index) => (loose && index > 0 ? [blank, ...item] : item));
}

function layoutCode(block: Extract<Block, { kind: 'code' }>, width: number): Line[] {
  const lines = highlight(block.text, block.language).flatMap((parts) => wrapHard(parts, width - CODE_INDENT.length, continued));
  const shown = indent(lines, [seg(CODE_INDENT)], [seg(CODE_INDENT)]);
  return block.from === undefined ? shown : [[seg(CODE_INDENT), seg(block.from, 'label')], ...shown];
}
