/** The keys, and two things worth knowing. */
import { t } from '../strings.ts';
import { type Line, blank, indent, line, seg } from '../text/line.ts';
import { wrap } from '../text/wrap.ts';

const LABEL = 11;

export function layoutHelp(width: number): Line[] {
  const keys = t.help.entries.flatMap(([key, does]) => indent(wrap(line(does), width - LABEL), [seg(key.padEnd(LABEL), 'key')]));
  return [...keys, blank, ...t.help.about.flatMap((text) => wrap(line(text, 'label'), width))];
}
