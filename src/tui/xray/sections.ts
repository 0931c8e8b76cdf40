/** A container's X-ray as sections of lines for a width: the screen, the linear mode and `drydock xray` show the same. Pure. */
import type { XrayDetail } from '../../check/wire.ts';
import { t } from '../strings.ts';
import type { Line } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { layoutCapabilities } from './capabilities.ts';
import { layoutCgroup } from './cgroup.ts';
import type { History } from './history.ts';
import { layoutMounts } from './mounts.ts';
import { layoutNamespaces } from './namespaces.ts';
import { layoutNetwork } from './network.ts';
import { layoutProcesses } from './processes.ts';
import { say } from './words.ts';

export const sectionIds = ['namespaces', 'processes', 'capabilities', 'mounts', 'cgroup', 'network'] as const;
export type SectionId = (typeof sectionIds)[number];

export type Section = { id: SectionId; title: string; lines: readonly Line[] };

/** All sections, or those that are asked for, in their order. No line is wider than `width`. */
export function layoutSections(detail: XrayDetail, history: History, width: number, only: readonly SectionId[] = sectionIds): Section[] {
  return sectionIds.filter((id) => only.includes(id)).map((id) => ({ id, title: t.xray.sections[id], lines: [...linesOf(id, detail, history, width), ...troubles(id, detail, width)] }));
}

function linesOf(id: SectionId, detail: XrayDetail, history: History, width: number): Line[] {
  switch (id) {
    case 'namespaces':
      return layoutNamespaces(detail, width);
    case 'processes':
      return layoutProcesses(detail, width);
    case 'capabilities':
      return layoutCapabilities(detail, width);
    case 'mounts':
      return layoutMounts(detail, width);
    case 'cgroup':
      return layoutCgroup(detail, history, width);
    case 'network':
      return layoutNetwork(detail, history, width);
  }
}

function troubles(id: SectionId, { troubles }: XrayDetail, width: number): Line[] {
  return troubles.filter(({ part }) => part === id).flatMap(({ part, why }) => say(t.xray.trouble(untrustedLine(part), untrustedLine(why)), width, 'warn'));
}
