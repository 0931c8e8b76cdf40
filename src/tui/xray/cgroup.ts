/** The cgroup: memory, processor time and processes as small plots with words beside them, and its files as they stand. Pure. */
import type { XrayDetail, XrayGauge } from '../../check/wire.ts';
import { t } from '../strings.ts';
import { type Line, blank, indent, line, padLine, seg } from '../text/line.ts';
import { untrusted, untrustedLine } from '../text/untrusted.ts';
import { wrap } from '../text/wrap.ts';
import type { History, Sample } from './history.ts';
import { plot, topOf } from './plot.ts';
import { type Room, bytes, from, say } from './words.ts';

const s = t.xray.cgroup;
const LABEL = 11;

/** Lines that one file may take. */
const MOST_LINES = 6;

/** The least that a plot reaches up to: 1 MiB, 5 % of a processor, 4 processes. What is smaller would only be noise. */
const least = { memory: 1024 * 1024, cpu: 0.05, pids: 4 } as const;

export function layoutCgroup({ gauges, cgroup }: XrayDetail, history: History, room: Room): Line[] {
  const { width } = room;
  const { samples } = history;
  const cpu: XrayGauge = { ...gauges.cpu, value: samples.at(-1)?.cpu ?? null };
  const last = (pick: (sample: Sample) => number | null): (number | null)[] => samples.map(pick);
  return [
    ...gauge(s.memory, gauges.memory, last((sample) => sample.memory), least.memory, bytes, history, room),
    ...gauge(s.cpu, cpu, last((sample) => sample.cpu), least.cpu, s.processors, history, room),
    ...gauge(s.pids, gauges.pids, last((sample) => sample.pids), least.pids, String, history, room),
    ...(cgroup ? files(cgroup, width) : say(t.xray.unreadable, width, 'warn')),
  ];
}

function gauge(
  label: string, { value, limit, source }: XrayGauge, values: readonly (number | null)[], least: number, words: (value: number) => string, history: History, { width, drawn }: Room,
): Line[] {
  const amount = value === null ? (label === s.cpu ? s.measuring : s.unknown)
    : limit === null || limit <= 0 ? s.noLimit(words(value)) : label === s.cpu ? s.processorsOf(words(value), limit) : s.of(words(value), words(limit), Math.round((value / limit) * 100));
  const top = topOf(values.slice(-(width - LABEL)), limit, least);
  const seconds = span(history, width - LABEL);
  // Where there is no room for the whole path its end stands here: the folder is named with the files below.
  const wanted = [source, ...(source.startsWith('/') ? [source.slice(source.lastIndexOf('/') + 1)] : [])].map((one) => `  ${t.xray.from(untrustedLine(one))}`);
  const fits = wanted.find((text) => amount.length + text.length <= width - LABEL) ?? '';
  const head = indent(wrap([seg(amount), seg(fits, 'label')], width - LABEL), [seg(label.padEnd(LABEL), 'strong')]);
  if (!drawn) return head;
  // The room is kept, so that nothing moves when the plot begins.
  if (values.length < 2) return [...head, blank, blank];
  const [row = ''] = plot(values, top, width - LABEL, 1);
  return [...head, [seg(' '.repeat(LABEL)), seg(row, 'picture')], ...indent(wrap(line(s.scale(words(top), seconds), 'label'), width - LABEL), [seg(' '.repeat(LABEL))])];
}

/** How far back a plot of that width reaches, in whole seconds. */
function span({ samples }: History, width: number): number {
  const shown = samples.slice(-width);
  return Math.max(1, Math.round(((shown.at(-1)?.at ?? 0) - (shown[0]?.at ?? 0)) / 1000));
}

function files(cgroup: NonNullable<XrayDetail['cgroup']>, width: number): Line[] {
  const folder = cgroup.files[0]?.source.replace(/\/[^/]*$/, '') ?? '';
  const inside = cgroup.inside === null ? '.' : s.inside(untrustedLine(cgroup.inside));
  const label = Math.min(24, Math.floor(width / 2));
  return [
    blank,
    ...from([cgroup.source], width),
    ...say(`${s.path(untrustedLine(cgroup.path))}${inside} ${cgroup.own ? s.own : s.shared}`, width, cgroup.own ? 'text' : 'warn'),
    blank,
    ...from([`${folder}/*`], width),
    ...cgroup.files.flatMap(({ name, text }) => {
      // Files of many lines are lists of pairs or of pids: one after the other they can be read as well.
      const lines = text === null ? [s.absent] : text === '' ? [s.empty] : [untrusted(text, { lines: 40 }).join(', ')];
      const wrapped = lines.flatMap((one) => wrap(line(one, text === null ? 'label' : 'text'), width - label)).slice(0, MOST_LINES);
      return indent(wrapped, [...padLine([seg(untrustedLine(name), 'code')], label - 1), seg(' ')]);
    }),
  ];
}
