/** A scorecard for people: a table of at most 80 columns, then what it means for the box. */
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { ParityRow, Standing } from '../../check/wire.ts';
import type { Scorecard, Scored } from '../../parity/types.ts';
import { painter, type Style } from '../colour.ts';
import { harmlessLine, harmlessRow } from '../sanitize.ts';
import { boxOf, count, rowOf, rowsThatAre } from './score.ts';
import { allProbes, groups, t } from './words.ts';

const WIDTH = 80;
/** Columns of the titles, and of each runtime. */
const TITLE = 22;
const CELL = 11;

const styles: Record<Standing, Style> = { good: 'good', bad: 'bad', neutral: 'dim', unknown: 'warn' };

export type TextOptions = { colour: boolean; /** Also where every answer of the box was read. */ evidence?: boolean };

/** The whole scorecard, ending in a line end. */
export function scorecardText(card: Scorecard, { colour, evidence = false }: TextOptions): string {
  const paint = painter(colour);
  const lines = [paint('strong', t.title), legend(paint), '', ...table(card, paint), ''];
  const box = boxOf(card);
  if (box) lines.push(...about(box, paint));
  for (const runtime of card.runtimes) {
    if (!runtime.started) lines.push(...wrap(t.notStarted(runtime.name, harmlessLine(runtime.why ?? ''))));
    if (runtime.refused.length > 0) lines.push(...wrap(t.refused(runtime.name, byReason(runtime.refused))));
  }
  if (card.runtimes.some(({ id }) => id === 'runc' || id === 'crun')) lines.push(...wrap(t.oci));
  if (card.absent.length > 0) lines.push(...wrap(t.absent(card.absent.join(', '))));
  lines.push(...wrap(t.limits), paint('dim', harmlessLine(t.where(card.kernel.kind, card.kernel.release, card.seed))));
  if (evidence && box) lines.push('', ...sources(box, paint));
  return `${lines.join('\n')}\n`;
}

type Paint = ReturnType<typeof painter>;

function legend(paint: Paint): string {
  return (Object.keys(t.marks) as Standing[]).map((standing) => `${paint(styles[standing], t.marks[standing])} ${t.legend[standing]}`).join('   ');
}

function table(card: Scorecard, paint: Paint): string[] {
  const head = `${' '.repeat(TITLE)}${card.runtimes.map(({ name }) => pad(harmlessLine(name), CELL)).join('')}`;
  const rows = groups.flatMap(({ title, probes }) => [
    paint('strong', title),
    ...probes.map((probe) => `${pad(`  ${probe.title}`, TITLE)}${card.runtimes.map((runtime) => cell(rowOf(runtime, probe.id), paint)).join('')}`),
  ]);
  const total = `${pad(t.total, TITLE)}${card.runtimes.map((runtime) => pad(t.of(count(runtime, 'good'), allProbes.length), CELL)).join('')}`;
  return [head, ...rows, paint('strong', total)].map((line) => line.trimEnd());
}

/** `+ own`: the mark says in every terminal what the colour says in some. */
function cell({ standing, value }: ParityRow, paint: Paint): string {
  const text = harmlessLine(value || (standing === 'unknown' ? t.noAnswer : ''));
  const short = stringWidth(text) > CELL - 3 ? [...text].slice(0, CELL - 3).join('') : text;
  return `${paint(styles[standing], t.marks[standing])} ${pad(short, CELL - 2)}`;
}

/** What the box leaves open, in sentences. */
function about(box: Scored, paint: Paint): string[] {
  if (!box.started) return [];
  const open = rowsThatAre(box, 'bad');
  const unknown = rowsThatAre(box, 'unknown');
  const lines = open.length === 0 && unknown.length === 0 ? wrap(t.openNothing(box.name)) : [];
  if (open.length > 0) lines.push(paint('strong', t.openTitle(box.name)), ...open.flatMap(({ words }) => item(words.title, words.open)));
  if (unknown.length > 0) lines.push(paint('strong', t.notKnownTitle(box.name)), ...unknown.flatMap(({ words, row }) => item(words.title, harmlessLine(row.evidence[0]?.lines[0] ?? ''))));
  return [...lines, ''];
}

function item(title: string, text: string): string[] {
  return wrap(text, WIDTH - TITLE).map((row, index) => `${pad(index === 0 ? `  ${title}` : '', TITLE)}${row}`);
}

/** What was refused for one and the same reason stands together. */
function byReason(refused: Scored['refused']): Scored['refused'] {
  return Object.entries(Object.groupBy(refused, ({ why }) => why)).map(([why, all = []]) => ({ flags: harmlessLine(all.map(({ flags }) => flags).join(', ')), why: harmlessLine(why) }));
}

function sources(box: Scored, paint: Paint): string[] {
  return [paint('strong', t.evidence), ...allProbes.flatMap(({ id, title }) => {
    const { standing, value, evidence } = rowOf(box, id);
    return [
      harmlessLine(`  ${t.marks[standing]} ${title}: ${value || t.legend[standing]}`),
      ...evidence.flatMap(({ source, lines }) => [source, ...lines.map((line) => `  ${line}`)]).map((line) => paint('dim', `      ${harmlessLine(line)}`)),
    ];
  })];
}

function wrap(text: string, width = WIDTH): string[] {
  return wrapAnsi(text, width, { hard: true }).split('\n').map(harmlessRow);
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}
