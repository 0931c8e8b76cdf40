/** Questions about cgroups that rules ask. All are pure, and false or undefined where the facts they need are missing. */
import type { FailedCall } from './doctor.ts';
import { endedWith, flagValue, noted, runsWith } from './helpers.ts';
import type { ProcessFacts, RunFacts, Scene } from './scene.ts';

/** True where a process is in the cgroup in which the judge started box, which a check has noted as `where box was started`. */
export function wasStartedIn(process: ProcessFacts | undefined, scene: Scene): boolean {
  return process?.cgroup !== undefined && process.cgroup === noted(scene, 'where box was started');
}

/** True where the first path of a cgroup is the second, or lies below it. True where the second is not known: nothing can be said. */
export function inside(path: unknown, above: string | undefined): boolean {
  return above === undefined || `${String(path)}/`.startsWith(`${above}/`);
}

/** A size as `--memory` takes it, in bytes: a number, with k, m or g behind it. Undefined for anything else. */
export function bytesOf(size: string, factor = 1024): number | undefined {
  const [, number, unit = ''] = /^(\d+)([kmg]?)$/i.exec(size) ?? [];
  return number === undefined ? undefined : Number(number) * factor ** ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase());
}

/** What follows `--memory`; empty where it was not given. */
export function askedFor(run: RunFacts): string {
  return flagValue(run, '--memory') ?? '';
}

/** Those that were asked for more than a MiB of memory, and were killed before there was a command. */
export function starved(scene: Scene): RunFacts[] {
  return runsWith(scene, '--memory').filter((run) => run.commandNeverSeen === true && endedWith(run, 137) && (bytesOf(askedFor(run)) ?? 0) > 2 ** 20);
}

/** The call on which box itself failed, whatever became of the command. */
export function call(scene: Scene): FailedCall | undefined {
  return scene.runs.filter((run) => endedWith(run, 125)).flatMap((run) => run.calls ?? [])[0];
}

/** The errno and what it means here: `EBUSY: …`. */
export function words(failed: FailedCall | undefined): string {
  return failed === undefined ? '' : `${failed.errno}: ${failed.condition}`;
}

/** What a check has noted as left of a container's cgroup; undefined where nothing was, or where nobody looked. */
export function left(scene: Scene): { populated: number; below: string[] } | undefined {
  return (noted(scene, 'what is left') as { populated: number; below: string[] } | null | undefined) ?? undefined;
}
