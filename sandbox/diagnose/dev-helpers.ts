/** Questions that rules ask about devices and terminals. Pure; false, empty or undefined where the facts are missing. */
import type { FileFacts } from '../observe/inside.ts';
import type { Mount } from '../observe/mountinfo.ts';
import type { TerminalSize } from '../wire/messages.ts';
import { commands, hostOf, noted, runsWith } from './helpers.ts';
import { mountIn } from './mount-helpers.ts';
import type { ProcessFacts, Scene } from './scene.ts';

/** The commands that were given a root file system and got so far as to run. */
export function inImages(scene: Scene): ProcessFacts[] {
  const own = new Set(runsWith(scene, '--rootfs').map((run) => run.command));
  return commands(scene).filter((command) => own.has(command));
}

/** Some of them, whose mounts could be read, is like this. */
export function someInImage(scene: Scene, holds: (command: ProcessFacts) => boolean): boolean {
  return inImages(scene).some((command) => command.mounts !== undefined && holds(command));
}

/** A file that a check has noted: undefined where it noted none, null where nothing was there. */
export function notedFile(scene: Scene, key: string): FileFacts | null | undefined {
  return noted(scene, key) as FileFacts | null | undefined;
}

/** The files that a check has noted under one key. */
export function notedFiles(scene: Scene, key: string): (FileFacts | null)[] {
  const files = noted(scene, key);
  return Array.isArray(files) ? (files as (FileFacts | null)[]) : [];
}

/** A size of a terminal that a check has noted. */
export function notedSize(scene: Scene, key: string): TerminalSize | undefined {
  return (noted(scene, key) as TerminalSize | null | undefined) ?? undefined;
}

/** The slave of a pseudo-terminal. */
export function isTerminal(file: FileFacts | null | undefined): boolean {
  return /^1(3[6-9]|4[0-3]):/.test(file?.node ?? '');
}

/** One and the same file. */
export function sameFile(a: FileFacts | null | undefined, b: FileFacts | null | undefined): boolean {
  return a !== undefined && a !== null && b !== undefined && b !== null && a.device === b.device && a.inode === b.inode;
}

/** What is mounted at this path shows the same file system as on the host. */
export function isHosts(process: ProcessFacts, scene: Scene, path: string): boolean {
  const [own, host] = [mountIn(process, path), mountIn(hostOf(scene), path)];
  return own !== undefined && host !== undefined && own.device === host.device;
}

/** Mounts at or below a path of the process's root. */
export function mountsBelow(process: ProcessFacts, path: string): Mount[] {
  return (process.mounts ?? []).filter(({ mountPoint }) => mountPoint === path || mountPoint.startsWith(`${path}/`));
}
