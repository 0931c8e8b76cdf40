/** Questions about signals and about who waits for whom. All are pure, and false or undefined where the facts they need are missing. */
import { commands, hostOf, noted } from './helpers.ts';
import type { RunFacts, Scene } from './scene.ts';

/** The signals, KILL apart, that the judge has sent to box itself in a run, by their short names. */
export function sentToBox(run: RunFacts): string[] {
  return (run.sent ?? []).filter(({ signal, to }) => to === 'box' && signal !== 'SIGKILL').map(({ signal }) => signal.slice(3));
}

/** The signal that box itself died of although it was meant for the command; undefined where there is none. */
export function diedOf(scene: Scene): string | undefined {
  return scene.runs.flatMap((run) => sentToBox(run).filter((signal) => run.ending?.signal === `SIG${signal}`))[0];
}

/** Calls of box with this verb, apart from the containers. */
export function callsOf(scene: Scene, verb: string): RunFacts[] {
  return scene.runs.filter((run) => run.asked === undefined && run.argv.includes(verb));
}

/** A call with this verb had not ended when the judge lost patience with it and killed it. */
export function hung(scene: Scene, verb: string): boolean {
  return callsOf(scene, verb).some(hasHung);
}

/** The judge has killed box because it did not end. */
export function hasHung(run: RunFacts): boolean {
  return run.ending?.signal === 'SIGKILL' && run.sent?.some(({ signal }) => signal === 'SIGKILL') !== true;
}

/** Some command's parent is the host's own process 1: whoever started it has gone. */
export function isOrphaned(scene: Scene): boolean {
  return commands(scene).some((command) => command.parent !== undefined && command.parent === hostOf(scene).pid);
}

/** A noted number; undefined where none was noted. */
export function notedNumber(scene: Scene, key: string): number | undefined {
  const value = noted(scene, key);
  return typeof value === 'number' ? value : undefined;
}

/** A noted list of texts; undefined where none was noted. */
export function notedTexts(scene: Scene, key: string): readonly string[] | undefined {
  const value = noted(scene, key);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}

/** Whether a signal would be dropped by a process 1 whose signals were noted: it neither catches it nor keeps it waiting. */
export function isDropped(scene: Scene, key: string, signal: string): boolean {
  const value = noted(scene, key) as { caught?: readonly string[]; blocked?: readonly string[] } | undefined;
  return value?.caught?.includes(signal) === false && value.blocked?.includes(signal) === false;
}

/** Whether a signal is caught by a process whose signals were noted; undefined where they were not. */
export function notedCaught(scene: Scene, key: string, signal: string): boolean | undefined {
  const value = noted(scene, key) as { caught?: readonly string[] } | undefined;
  return value?.caught?.includes(signal);
}
