/**
 * Questions that rules ask about layers, and about what `box diff` says of them. Pure; false or empty where facts are missing.
 */
import type { Mount } from '../observe/mountinfo.ts';
import { commands, failedCall, gaveUp, hostOf, noted } from './helpers.ts';
import { mountIn, mountUnder, superOption } from './mount-helpers.ts';
import type { ProcessFacts, RunFacts, Scene } from './scene.ts';

/** Commands whose root is an overlay, each with the mount of it. */
export function overlays(scene: Scene): { command: ProcessFacts; mount: Mount }[] {
  return commands(scene).flatMap((command) => {
    const mount = mountIn(command, '/');
    return mount?.type === 'overlay' ? [{ command, mount }] : [];
  });
}

/** The file system that an overlay's upper layer lies on, as the host has it mounted; undefined where there is no such layer. */
export function upperMount(scene: Scene, mount: Mount): Mount | undefined {
  const upper = superOption(mount, 'upperdir');
  return upper === undefined ? undefined : mountUnder(hostOf(scene), upper);
}

/** Why mount(2) refused an overlay on which box then gave up; undefined where it did not. */
export function refusedOverlay(scene: Scene): { errno: string; condition: string } | undefined {
  const call = scene.runs.some(gaveUp) ? failedCall(scene, 'mount') : undefined;
  return call !== undefined && /, "overlay", /.test(call.call) ? { errno: call.errno, condition: call.condition } : undefined;
}

/** The directories that a run was given as layers: bottom first. */
export function layersOf(run: RunFacts): string[] {
  const flags = run.asked?.flags ?? [];
  return flags.flatMap((flag, index) => (flag === '--layer' || flag === '--rootfs' ? flags[index + 1] ?? [] : []));
}

/** A noted list of texts; empty where it was not noted. */
export function notedList(scene: Scene, key: string): string[] {
  const value = noted(scene, key);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** What `box diff` printed and had to print, as the checks noted it: lines such as `A /tmp/x`. */
export type Diffs = {
  readonly printed: readonly string[];
  readonly wanted: readonly string[];
  /** Lines that are not there, and lines that are too many. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
};

/** Undefined where a check noted none, or nothing was printed. */
export function diffs(scene: Scene): Diffs | undefined {
  const [printed, wanted] = [notedList(scene, 'printed'), notedList(scene, 'to print')];
  if (printed.length === 0 || wanted.length === 0) return undefined;
  return { printed, wanted, missing: wanted.filter((line) => !printed.includes(line)), extra: printed.filter((line) => !wanted.includes(line)) };
}

/** Paths that had to be printed with one of these letters and were printed with another of those. */
export function mistaken(found: Diffs | undefined, wanted: string, printed: string): string[] {
  const letters = new Map(found?.extra.map((line) => [line.slice(2), line.charAt(0)]));
  return (found?.missing ?? []).filter((line) => wanted.includes(line.charAt(0))).map((line) => line.slice(2))
    .filter((path) => printed.includes(letters.get(path) ?? ' '));
}

/** Paths that had to be printed with this letter and were not printed at all. */
export function unmentioned(found: Diffs | undefined, letter: string): string[] {
  const paths = new Set(found?.printed.map((line) => line.slice(2)));
  return (found?.missing ?? []).filter((line) => line.startsWith(letter)).map((line) => line.slice(2)).filter((path) => !paths.has(path));
}
