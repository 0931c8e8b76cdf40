/** The eight namespaces, host beside container. Pure. */
import type { XrayDetail } from '../../check/wire.ts';
import { t } from '../strings.ts';
import { type Line, blank, seg } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { cells, from, say } from './words.ts';

const s = t.xray.namespaces;
const WIDTHS = [6, 10, 10, 18];

export function layoutNamespaces({ namespaces, hostname, idMap, pid }: XrayDetail, width: number): Line[] {
  const known = namespaces.filter(({ host, inside }) => host !== null && inside !== null);
  const own = known.filter(({ host, inside }) => host !== inside).length;
  return [
    ...from([`/proc/1/ns/*`, `/proc/${pid}/ns/*`], width),
    cells([seg(s.columns.kind), seg(t.xray.host, 'label'), seg(t.xray.container, 'label'), seg('')], WIDTHS, width),
    ...namespaces.map(({ kind, flag, host, inside }) => {
      const verdict = host === null || inside === null ? seg(s.absent, 'label') : host === inside ? seg(s.same, 'warn') : seg(s.different, 'good');
      const row = [seg(kind, 'strong'), seg(host === null ? '–' : String(host)), seg(inside === null ? '–' : String(inside)), verdict];
      return cells(width >= 66 ? [...row, seg(flag, 'label')] : row, WIDTHS, width);
    }),
    ...say(s.count(own, known.length), width),
    blank,
    ...from([hostname.source], width),
    ...say(s.hostname(untrustedLine(hostname.host), untrustedLine(hostname.inside)), width),
    blank,
    ...from([idMap.source], width),
    ...say(idMap.lines.length === 0 ? s.noIds : s.ids(untrustedLine(idMap.lines.join('; '))), width),
  ];
}
