/**
 * A check that did not pass: did, expected, observed, evidence, why, where to look; in as few rows as there are.
 *
 * Where rows are short the longest parts are cut first and say so; nothing is cut before it has to be.
 */
import type { CheckResult } from '../../check/wire.ts';
import { t } from '../strings.ts';
import { type Line, type Role, fitLine, indent, line, lineWidth, seg } from '../text/line.ts';
import { untrusted, untrustedLine } from '../text/untrusted.ts';
import { wrap, wrapHard } from '../text/wrap.ts';
import { continued } from './blocks.ts';

const LABEL = 11;
/** Below this width a label stands above its text, where there are rows enough for that. */
const NARROW = 48;

type Part = { name: keyof typeof t.verdict.labels; lines: Line[] };

/** Rows a part keeps as long as another has more than that; each level is only looked at when the one before is used up. */
const levels: readonly Readonly<Record<Part['name'], number>>[] = [
  { did: 2, expected: 3, observed: 3, evidence: 4, why: 4, look: 2 },
  { did: 1, expected: 1, observed: 1, evidence: 2, why: 2, look: 1 },
  { did: 1, expected: 1, observed: 1, evidence: 0, why: 1, look: 0 },
];

/** `rows` at most, the first of which names the check. */
export function layoutFailure(result: CheckResult, width: number, rows = Infinity): Line[] {
  const head: Line = [seg(`✗ ${t.verdict.words[result.status]}  `, 'bad'), seg(untrustedLine(result.title), 'strong')];
  const title = wrap(head, width);
  const shown = title.length > 2 && title.length > rows / 4 ? title.slice(0, 2) : title;
  const left = rows - shown.length;
  if (width < NARROW) {
    const stacked = partsOf(result, width - 4);
    if (height(stacked) + stacked.length <= left) return [...shown, ...stacked.flatMap(stack)];
  }
  return [...shown, ...shrink(partsOf(result, width - LABEL), left, width - LABEL).flatMap(labelled)].slice(0, rows);
}

function partsOf(result: CheckResult, width: number): Part[] {
  const prose = (text: string, role: Role = 'text'): Line[] => untrusted(text).flatMap((part) => wrap(line(part, role), width));
  const code = (text: string, role: Role = 'text', room = width): Line[] => untrusted(text).flatMap((part) => wrapHard(line(part, role), room, continued));
  const parts: Part[] = [
    { name: 'did', lines: code(result.did, 'code') },
    { name: 'expected', lines: prose(result.expected, 'good') },
    { name: 'observed', lines: prose(result.observed, 'bad') },
    {
      name: 'evidence',
      lines: result.evidence.flatMap(({ source, lines }) => [
        ...code(source, 'label'), ...indent(code(lines.join('\n'), 'text', width - 2), [seg('  ')], [seg('  ')]),
      ]),
    },
  ];
  if (result.mistake) {
    const { title, why, look } = result.mistake;
    parts.push({ name: 'why', lines: wrap([seg(`${untrustedLine(title)}. `, 'strong'), seg(untrusted(why).join('\n'))], width) });
    parts.push({ name: 'look', lines: prose(look) });
  }
  return parts.filter((part) => part.lines.length > 0 && !(part.lines.length === 1 && part.lines[0]?.length === 0));
}

/** Takes a row at a time from the part that has most to spare. */
function shrink(parts: readonly Part[], rows: number, width: number): Part[] {
  const most = parts.map((part) => part.lines.length);
  let excess = height(parts) - rows;
  for (const level of levels) {
    while (excess > 0) {
      const spare = most.map((count, index) => count - (parts[index] ? level[parts[index].name] : 0));
      const richest = spare.indexOf(Math.max(...spare));
      if ((spare[richest] ?? 0) <= 0) break;
      most[richest] = (most[richest] ?? 0) - 1;
      excess--;
    }
  }
  return parts.map((part, index) => cut(part, most[index] ?? 0, width)).filter((part) => part.lines.length > 0);
}

/** Says that something is missing where something is. */
function cut(part: Part, most: number, width: number): Part {
  if (part.lines.length <= most) return part;
  const kept = part.lines.slice(0, most);
  const last = kept.at(-1);
  if (last === undefined) return { ...part, lines: [] };
  // A line that is cut itself has said so.
  const room = width - 2;
  const ending = lineWidth(last) > room ? fitLine(last, room) : [...last, seg(' …', 'label')];
  return { ...part, lines: [...kept.slice(0, -1), ending] };
}

const height = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + part.lines.length, 0);

const label = (part: Part): string => `  ${t.verdict.labels[part.name]}`;

const stack = (part: Part): Line[] => [line(label(part), 'label'), ...indent(part.lines, [seg('    ')], [seg('    ')])];

function labelled(part: Part): Line[] {
  return indent(part.lines, [seg(label(part).padEnd(LABEL), 'label')]);
}
