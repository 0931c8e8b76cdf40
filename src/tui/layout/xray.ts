/** The X-ray's screen: a line of sections that stays, and below it the sections themselves, one after the other. Pure. */
import type { SandboxState } from '../../check/types.ts';
import type { XrayState } from '../state/xray.ts';
import { t } from '../strings.ts';
import { type Line, type Segment, blank, fitLine, indent, line, lineWidth, seg } from '../text/line.ts';
import { untrusted, untrustedLine } from '../text/untrusted.ts';
import { wrap } from '../text/wrap.ts';
import { type SectionId, layoutSections, sectionIds } from '../xray/sections.ts';
import { say } from '../xray/words.ts';

export type XrayInput = XrayState & { kernel: SandboxState; /** The command line that Enter would start. */ offer: string | undefined; /** In the linear mode there are words in the place of keys. */ spoken?: boolean };

export type XrayLayout = {
  lines: readonly Line[];
  /** The line on which each section begins; none where there is no container. */
  starts: Readonly<Partial<Record<SectionId, number>>>;
};

/** Lines of what a box said that are shown. */
const MOST_SAID = 8;

/** `rows`: how many are in view; the last section can be brought to the top, too. */
export function layoutXray(input: XrayInput, width: number, rows: number): XrayLayout {
  const { xray, history } = input;
  if (!xray?.container) return { lines: layoutEmpty(input, width), starts: {} };
  const lines: Line[] = [];
  const starts: Partial<Record<SectionId, number>> = {};
  for (const { id, title, lines: content } of layoutSections(xray.container, history, width)) {
    if (lines.length > 0) lines.push(blank);
    starts[id] = lines.length;
    lines.push(line(title, 'heading'), ...content);
  }
  const last = starts[sectionIds.at(-1) ?? 'network'] ?? 0;
  while (lines.length < last + rows) lines.push(blank);
  return { lines, starts };
}

/** The names of the sections with their numbers, the one at the top marked; shorter where the line is. */
export function xrayTabs(current: SectionId, width: number): Line {
  const tab = (id: SectionId, length: number): Segment[] => {
    const text = t.xray.sections[id].slice(0, length);
    return [seg(`${id === current ? '▸' : ' '}${sectionIds.indexOf(id) + 1} `, 'key'), seg(`${text} `, id === current ? 'strong' : 'label')];
  };
  for (const length of [99, 7, 4, 3]) {
    const tabs = sectionIds.flatMap((id) => tab(id, id === current ? 99 : length));
    if (lineWidth(tabs) <= width) return tabs;
  }
  return fitLine(sectionIds.flatMap((id) => tab(id, id === current ? 99 : 1)), width);
}

function layoutEmpty({ xray, run, why, kernel, offer, spoken = false }: XrayInput, width: number): Line[] {
  const s = t.xray.empty;
  if (run.at === 'starting' || run.at === 'running') return say(s.starting(run.shown), width);
  if (why !== undefined) return say(s.failed(untrustedLine(why)), width, 'warn');
  const offered = spoken ? say(t.xray.plain.hint, width) : offer === undefined ? say(s.notStarted, width, 'label') : wrap([seg(s.enter(offer), 'key')], width);
  if (run.at === 'ended') {
    const said = untrusted(run.said.trim(), { length: 4000 });
    const shown = said.slice(-MOST_SAID).flatMap((text) => wrap(line(text), width - 4).slice(0, 3));
    return [
      ...say(run.seen ? s.endedLater(run.how) : s.ended(run.how), width, 'warn'),
      ...(run.said.trim() === '' ? say(s.saidNothing, width, 'label') : [...say(s.said, width, 'label'), ...indent(shown, [seg('    ')])]),
      blank, ...say(spoken ? t.xray.plain.again : s.again, width, 'key'),
    ];
  }
  if (!xray) return say(kernel.at === 'ready' ? t.xray.loading : s.kernel, width, 'label');
  return [...say(s.none, width), blank, ...offered, blank, ...say(spoken ? t.xray.plain.others : s.others, width, 'label')];
}
