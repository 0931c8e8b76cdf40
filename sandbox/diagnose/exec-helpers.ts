/** Questions about commands that have joined a container. All are pure, and undefined or false where the facts they need are missing. */
import type { NamespaceKind } from '../observe/namespaces.ts';
import type { FailedCall } from './doctor.ts';
import { flagValue, hostOf, joins, noted, separated, shareNamespace } from './helpers.ts';
import type { ProcessFacts, RunFacts, Scene } from './scene.ts';

/** A `box exec` whose command was seen, with the container's first process. */
export type Joined = { readonly run: RunFacts; readonly command: ProcessFacts; readonly container: ProcessFacts };

export function joined(scene: Scene): Joined[] {
  return scene.runs.filter(joins).flatMap((run) => {
    const container = scene.runs.find((other) => !joins(other) && flagValue(other, '--name') === run.asked?.name)?.command;
    return run.command === undefined || container === undefined ? [] : [{ run, command: run.command, container }];
  });
}

/** It has stayed in the host's namespace of this kind, and the container is in another one. */
export function stayedOutside({ command, container }: Joined, scene: Scene, kind: NamespaceKind): boolean {
  return shareNamespace(command, hostOf(scene), kind) && separated(command, container, kind);
}

/** Of this kind it has a namespace that is neither the host's nor the container's. */
export function hasItsOwn({ command, container }: Joined, scene: Scene, kind: NamespaceKind): boolean {
  return separated(command, hostOf(scene), kind) && separated(command, container, kind);
}

/** True where the check has noted that this kind of namespace was not joined, and the command is still in the host's. */
export function missing(scene: Scene, kind: NamespaceKind): boolean {
  const kinds = noted(scene, 'not joined');
  return Array.isArray(kinds) && kinds.includes(kind) && joined(scene).some((one) => stayedOutside(one, scene, kind));
}

/** True where a path is the cgroup of the container, or lies below it; undefined where either is not known. */
export function isInCgroup(path: unknown, { container }: Joined): boolean | undefined {
  return typeof path !== 'string' || container.cgroup === undefined ? undefined : `${path}/`.startsWith(`${container.cgroup}/`);
}

/** The call on which a `box exec` failed before its command began. */
export function refusedCall(scene: Scene): FailedCall | undefined {
  return scene.runs.filter((run) => joins(run) && run.commandNeverSeen === true).flatMap((run) => run.calls ?? [])[0];
}

/** What is open in a command that has joined, besides its three. */
export function leaked(scene: Scene): [string, string][] {
  return joined(scene).flatMap(({ command }) => Object.entries(command.fds ?? {}).filter(([number]) => Number(number) > 2));
}

/** Two variables that the check has noted, null where they are not there: one that only run was given, and one that exec gave another value. */
export function variables(scene: Scene): (string | null)[] | undefined {
  const values = noted(scene, 'variables');
  return Array.isArray(values) ? (values as (string | null)[]) : undefined;
}

/** The flags of every `box run`. */
export function givenToRun(scene: Scene): readonly string[] {
  return scene.runs.filter(({ asked }) => asked !== undefined && asked.name === undefined).flatMap(({ asked }) => asked?.flags ?? []);
}

type File = { device: string; node?: string };

/** The command's standard input, box's own, and what is mounted on the container's /dev/pts. */
export function terminals(scene: Scene): { file: File | undefined; box: File | undefined; pts: { device: string } | undefined } {
  const of = <T>(key: string): T | undefined => (noted(scene, key) as T | null | undefined) ?? undefined;
  return { file: of<File>('its file'), box: of<File>('box’s file'), pts: of<{ device: string }>('its devpts') };
}
