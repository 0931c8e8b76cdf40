/** What the agent is told about where it works, by the environment it is started with. */
import os from 'node:os';
import type { KernelInfo } from '../wire/verdict.ts';

export type World = {
  kernel: KernelInfo;
  /** The directory that walls show as `/`: `/` itself in the private kernel. */
  wallRoot: string;
  /** A writable folder for the backing files of walls' disks. */
  disk: string;
};

/** Reads DRYDOCK_KERNEL, DRYDOCK_IMAGE, DRYDOCK_ROOT_DIR and DRYDOCK_DISK. Throws where one is missing: init sets them. */
export function readWorld(env: NodeJS.ProcessEnv): World {
  const variable = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') throw new Error(`${name} is not set: the agent is started by sandbox/image/init`);
    return value;
  };
  const kind = variable('DRYDOCK_KERNEL');
  if (kind !== 'uml' && kind !== 'here') throw new Error(`DRYDOCK_KERNEL is ${JSON.stringify(kind)}, expected uml or here`);
  return {
    kernel: { kind, release: os.release(), image: variable('DRYDOCK_IMAGE') },
    wallRoot: variable('DRYDOCK_ROOT_DIR'),
    disk: variable('DRYDOCK_DISK'),
  };
}
