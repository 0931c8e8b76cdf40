/** A frame around lines, with words in its upper edge. */
import { type Line, type Role, type Segment, fitLine, lineWidth, padLine, seg } from './line.ts';

export type BoxOptions = {
  /** Cells of the whole frame, edges included. */
  width: number;
  title: Line;
  /** At the right end of the upper edge. */
  note?: Line;
  edge: Role;
};

/** What stands inside a frame of `width` cells. */
export const innerWidth = (width: number): number => Math.max(4, width - 4);

/** `sections` between edges, with a titled line between one section and the next. */
export function box(sections: readonly { lines: readonly Line[]; title?: Line; note?: Line }[], options: BoxOptions): Line[] {
  const { edge, width } = options;
  const side = seg('│', edge);
  const lines: Line[] = [rule('╭', '╮', options.title, options.note ?? [], width, edge)];
  sections.forEach((section, index) => {
    if (index > 0) lines.push(rule('├', '┤', section.title ?? [], section.note ?? [], width, edge));
    for (const content of section.lines) lines.push([side, seg(' '), ...padLine(content, innerWidth(width)), seg(' '), side]);
  });
  lines.push(rule('╰', '╯', [], [], width, edge));
  return lines;
}

/** One horizontal edge: corner, title, line, note, corner. The note goes before the title is cut. */
export function rule(left: string, right: string, title: Line, note: Line, width: number, edge: Role): Line {
  const room = width - 4;
  const withNote = lineWidth(note) > 0 && lineWidth(title) + lineWidth(note) + 5 <= room;
  const head = label(fitLine(title, room - 2), edge);
  const tail = withNote ? label(note, edge) : [];
  const fill = Math.max(0, room - lineWidth(head) - lineWidth(tail));
  return [seg(`${left}─`, edge), ...head, seg('─'.repeat(fill), edge), ...tail, seg(`─${right}`, edge)];
}

function label(parts: Line, edge: Role): Segment[] {
  return lineWidth(parts) === 0 ? [] : [seg(' ', edge), ...parts, seg(' ', edge)];
}
