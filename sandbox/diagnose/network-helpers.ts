/**
 * Questions that rules ask about networks: of what a check noted, as a process has no network among its facts. Pure; empty or
 * undefined where the facts are missing.
 */
import type { Address, Link, Route } from '../observe/iproute.ts';
import type { Mount } from '../observe/mountinfo.ts';
import type { Evidence } from '../wire/verdict.ts';
import type { FailedCall } from './doctor.ts';
import { commands, failedCall, flagValue, noted } from './helpers.ts';
import { leakedMounts } from './mount-helpers.ts';
import type { ProcessFacts, Scene } from './scene.ts';

/** The commands that were started with this `--network`. */
export function commandsOn(scene: Scene, network: string): ProcessFacts[] {
  const runs = new Set(scene.runs.filter((run) => flagValue(run, '--network') === network).map((run) => run.command));
  return commands(scene).filter((command) => runs.has(command));
}

/** The interfaces noted under this key; undefined where none were. */
export function linksOf(scene: Scene, key: string): readonly Link[] | undefined {
  return listed<Link>(scene, key);
}

/** IPv4 addresses noted under this key that are for talking to others; undefined where none were noted. */
export function outward(scene: Scene, key: string): readonly Address[] | undefined {
  return listed<Address>(scene, key)?.filter(({ family, scope }) => family === 'inet' && scope === 'global');
}

/** The gateways of the default routes noted under this key. */
export function gateways(scene: Scene, key: string): string[] | undefined {
  return listed<Route>(scene, key)?.filter(({ destination }) => destination === 'default').map(({ gateway }) => gateway ?? 'no gateway');
}

export function isUp(link: Link): boolean {
  return link.flags.includes('UP');
}

/** Known, and not up. */
export function isDown(link: Link | undefined): boolean {
  return link !== undefined && !isUp(link);
}

/** `veth5 and veth6`. */
export function names(links: readonly Link[]): string {
  return links.map(({ name }) => name).join(' and ');
}

/** The end of a cable that is in a container: its veth. */
export function cableOf(links: readonly Link[] | undefined): Link | undefined {
  return links?.find(({ kind }) => kind === 'veth');
}

/** The host's end of the cable of a container, whose interfaces are noted under this key. */
export function hostEnd(scene: Scene, key = 'links'): Link | undefined {
  const peer = cableOf(linksOf(scene, key))?.peerIndex;
  return peer === undefined ? undefined : linksOf(scene, 'host links')?.find(({ index, kind }) => index === peer && kind === 'veth');
}

/** Interfaces that the host has now and did not have when the lesson began. */
export function cameToHost(scene: Scene): Link[] {
  const [before, now] = [linksOf(scene, 'links before'), linksOf(scene, 'host links')];
  return before === undefined || now === undefined ? [] : now.filter(({ index }) => !before.some((link) => link.index === index));
}

/** The bridges among them. */
export function newBridges(scene: Scene): Link[] {
  return cameToHost(scene).filter(({ kind }) => kind === 'bridge');
}

/** The bridge that the container's cable leads to, if it has another hardware address since one more was plugged in. */
export function movedBridge(scene: Scene): { name: string; before: string; now: string } | undefined {
  const find = (key: string) => linksOf(scene, key)?.find(({ name, kind }) => kind === 'bridge' && name === hostEnd(scene)?.master);
  const [before, now] = [find('host links'), find('plugged in')];
  if (before?.address === undefined || now?.address === undefined || before.address === now.address) return undefined;
  return { name: now.name, before: before.address, now: now.address };
}

/** The container has an address, and no default route. */
export function withoutRoute(scene: Scene): boolean {
  return gateways(scene, 'routes')?.length === 0 && (outward(scene, 'addresses')?.length ?? 0) > 0;
}

/** Namespaces that somebody keeps alive by a mount on the host, which was not there before. */
export function leakedNamespaces(scene: Scene): Mount[] {
  return leakedMounts(scene).filter(({ type }) => type === 'nsfs');
}

/** A program other than the commands themselves that was looked for and not found. */
export function missingTool(scene: Scene): FailedCall | undefined {
  const own = scene.runs.flatMap((run) => run.asked?.command[0] ?? []);
  const call = failedCall(scene, 'execve', 'ENOENT');
  return call !== undefined && !own.some((name) => call.call.includes(`/${name}"`)) ? call : undefined;
}

/** The lines of these interfaces, addresses or routes, where the note has them. */
export function citeNoted(scene: Scene, key: string, entries: readonly ({ readonly line: string } | undefined)[]): Evidence[] {
  const lines = new Set(entries.map((entry) => entry?.line));
  return (scene.notes[key]?.evidence ?? [])
    .map(({ source, lines: all }) => ({ source, lines: all.filter((line) => lines.has(line)) }))
    .filter(({ lines: found }) => found.length > 0);
}

function listed<T>(scene: Scene, key: string): readonly T[] | undefined {
  const value = noted(scene, key);
  return Array.isArray(value) ? value as T[] : undefined;
}
