/** What the first process may do: its capability sets in words. Pure. */
import type { XrayDetail } from '../../check/wire.ts';
import { t } from '../strings.ts';
import { type Line, blank, indent, line, seg } from '../text/line.ts';
import { untrustedLine } from '../text/untrusted.ts';
import { wrap } from '../text/wrap.ts';
import { from, say } from './words.ts';

const s = t.xray.capabilities;
const LABEL = 13;
const sets = ['effective', 'permitted', 'bounding', 'inheritable', 'ambient'] as const;

export function layoutCapabilities({ capabilities, namespaces }: XrayDetail, width: number): Line[] {
  if (!capabilities) return say(t.xray.unreadable, width, 'warn');
  // The largest set that there is says how the others' missing ones are called.
  const names = [...new Set(sets.flatMap((set) => capabilities[set]))];
  const user = namespaces.find(({ kind }) => kind === 'user');
  const id = (value: number | null): string => (value === null ? s.unmapped : String(value));
  const more = [
    s.user(id(capabilities.uid), id(capabilities.gid)),
    ...(capabilities.noNewPrivileges === null ? [] : [s.noNewPrivileges(capabilities.noNewPrivileges)]),
    ...(capabilities.seccomp === null ? [] : [s.seccomp[capabilities.seccomp] ?? String(capabilities.seccomp)]),
  ];
  return [
    ...from([capabilities.source], width),
    ...sets.flatMap((set) => indent(wrap(line(describe(capabilities[set], names, capabilities.known)), width - LABEL), [seg(s.sets[set].padEnd(LABEL), 'strong')])),
    blank,
    ...say(`${more.join(' · ')}.`, width),
    ...(user?.inside == null ? [] : say(s.where(user.inside, user.inside === user.host), width)),
  ];
}

/** All of them, none, those that are missing where these are few, or those that are there. */
function describe(set: readonly string[], names: readonly string[], known: number): string {
  if (set.length === 0) return t.xray.none;
  if (set.length >= known) return s.all(known);
  const missing = names.filter((name) => !set.includes(name));
  const count = s.some(set.length, known);
  if (names.length === known && missing.length < set.length) return `${count}: ${s.allBut(shorten(missing))}`;
  return `${count}: ${shorten(set)}`;
}

const shorten = (names: readonly string[]): string => names.map((name) => untrustedLine(name.replace(/^CAP_/, ''), 40)).join(' ');
