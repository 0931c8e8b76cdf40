/**
 * Questions that rules ask about packet filters, ports and names: of what a check noted. Pure; undefined, false or empty where the
 * facts are missing.
 */
import type { ListeningPort } from '../observe/netfiles.ts';
import type { Evidence } from '../wire/verdict.ts';
import { flagValue, gaveUp, noted } from './helpers.ts';
import type { RunFacts, Scene } from './scene.ts';

/** What came of the connection: an address where it arrived, else how it failed. */
export function cameTo(scene: Scene): string | undefined {
  const came = noted(scene, 'came');
  return typeof came === 'string' ? came : undefined;
}

/** The published port: HOST:CONTAINER. */
export function publishedPort(scene: Scene): { outer: number; inner: number } | undefined {
  return noted(scene, 'port') as { outer: number; inner: number } | undefined;
}

/** The host's kernel passes packets on. */
export function forwards(scene: Scene): boolean | undefined {
  const value = noted(scene, 'forwarding');
  return typeof value === 'number' ? value === 1 : undefined;
}

/** Packets that came out there and that nobody there could answer. */
export function unanswerable(scene: Scene): number | undefined {
  const count = noted(scene, 'unanswerable');
  return typeof count === 'number' ? count : undefined;
}

/** The lines of the host's packet filter. */
export function filterLines(scene: Scene, key = 'packet filter'): readonly string[] | undefined {
  const lines = noted(scene, key);
  return Array.isArray(lines) ? (lines as string[]) : undefined;
}

/** Rules about packets to this port, of one chain where it is named. */
export function rulesFor(scene: Scene, port: number | undefined, chain?: string): string[] {
  const about = new RegExp(`dport ${port}(?!\\d)`);
  return (filterLines(scene) ?? []).filter((line) => about.test(line) && (chain === undefined || new RegExp(`-A ${chain} `).test(line)));
}

/** The policy of the FORWARD chain where it is DROP and has dropped something. */
export function droppedByPolicy(scene: Scene): string | undefined {
  return filterLines(scene)?.find((line) => /^:FORWARD DROP \[[1-9]/.test(line));
}

/** The addresses on which somebody on the host listens at this port; undefined where nobody has looked. */
export function listenersAt(scene: Scene, port: number | undefined): string[] | undefined {
  const all = noted(scene, 'listening');
  return Array.isArray(all) ? (all as ListeningPort[]).filter((it) => it.port === port).map(({ address }) => address) : undefined;
}

/** The tracked connection in which a container's packets were sent on to a container and kept their source. */
export function straightBack(scene: Scene): string | undefined {
  const [lines, containers, port] = [noted(scene, 'connections'), noted(scene, 'containers'), publishedPort(scene)?.outer];
  if (!Array.isArray(lines) || !Array.isArray(containers) || port === undefined) return undefined;
  return (lines as string[]).find((line) => {
    const [, from, dport, answers, to] = /src=(\S+) dst=\S+ sport=\d+ dport=(\d+) .*?src=(\S+) dst=(\S+) /.exec(line) ?? [];
    return Number(dport) === port && from === to && containers.includes(from) && containers.includes(answers);
  });
}

/** The text of the container's /etc/hosts or /etc/resolv.conf; null where it has no such file, undefined where nobody has looked. */
export function textOf(scene: Scene, key: 'hosts' | 'resolv.conf'): string | null | undefined {
  const text = noted(scene, key);
  return typeof text === 'string' || text === null ? text : undefined;
}

/** The name servers in a resolv.conf. */
export function serversIn(text: string | null | undefined): string[] | undefined {
  return text?.split('\n').flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
}

/** A run that gave up, with this word in the flag's value. */
export function gaveUpWith(scene: Scene, flag: string, end: string): RunFacts | undefined {
  return scene.runs.find((run) => gaveUp(run) && flagValue(run, flag)?.endsWith(end) === true);
}

/** The lines of a note that are given here, with where they were read. */
export function citeLines(scene: Scene, key: string, lines: readonly (string | undefined)[]): Evidence[] {
  return (scene.notes[key]?.evidence ?? [])
    .map(({ source, lines: all }) => ({ source, lines: all.filter((line) => lines.includes(line)) }))
    .filter(({ lines: found }) => found.length > 0);
}
