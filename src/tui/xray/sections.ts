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
import { type Room, say } from './words.ts';

export const sectionIds = ['namespaces', 'processes', 'capabilities', 'mounts', 'cgroup', 'network'] as const;
export type SectionId = (typeof sectionIds)[number];

export type Section = { id: SectionId; title: string; lines: readonly Line[] };

export type SectionOptions = {
  /** The sections that are wanted; all, unless said. */
  only?: readonly SectionId[];
  /** False for who listens: no plots, no branches, nothing side by side; indentation and words say the same. */
  drawn?: boolean;
};

/** The sections in their order. No line is wider than `width`. */
export function layoutSections(detail: XrayDetail, history: History, width: number, { only = sectionIds, drawn = true }: SectionOptions = {}): Section[] {
  return sectionIds.filter((id) => only.includes(id)).map((id) => ({
    id, title: t.xray.sections[id], lines: [...linesOf(id, detail, history, { width, drawn }), ...troubles(id, detail, width)],
  }));
}

function linesOf(id: SectionId, detail: XrayDetail, history: History, { width, drawn }: Room): Line[] {
  switch (id) {
    case 'namespaces':
      return layoutNamespaces(detail, width);
    case 'processes':
      return layoutProcesses(detail, { width, drawn });
    case 'capabilities':
      return layoutCapabilities(detail, width);
    case 'mounts':
      return layoutMounts(detail, { width, drawn });
    case 'cgroup':
      return layoutCgroup(detail, history, { width, drawn });
    case 'network':
      return layoutNetwork(detail, history, { width, drawn });
  }
}

function troubles(id: SectionId, { troubles }: XrayDetail, width: number): Line[] {
  return troubles.filter(({ part }) => part === id).flatMap(({ part, why }) => say(t.xray.trouble(untrustedLine(part), untrustedLine(why)), width, 'warn'));
}
