/** Which kernel to take, and how to start it. */
import fs from 'node:fs';
import { Exit, UserError } from '../../src/errors.ts';
import { vagrantWay } from '../image/machine.ts';
import type { ImageName } from '../image/packages.ts';
import type { Progress } from '../image/progress.ts';
import { ensureKernel } from '../image/setup.ts';
import { bootHere, requireControllers } from './here.ts';
import type { Kernel } from './kernel.ts';
import { bootUml } from './uml.ts';

export type KernelChoice = 'auto' | 'uml' | 'here';
export type KernelKind = 'uml' | 'here';

/** Written by the VM's provisioning: on this machine learner code may run on the machine's own kernel. */
const OWN_MACHINE = '/etc/drydock-vm';

/** `auto` is `here` inside the workbook's own VM, and the private kernel everywhere else. */
export function kindOf(choice: KernelChoice, marker = OWN_MACHINE): KernelKind {
  if (choice !== 'auto') return choice;
  return fs.existsSync(marker) ? 'here' : 'uml';
}

/**
 * Sets up what is missing and starts a kernel of this kind, with this root for its guest, and the judge's agent or `agent`, a
 * path in the checkout. Throws UserError (exit 3) where that cannot be.
 */
export async function startKernel(kind: KernelKind, image: ImageName, progress: Progress, agent?: string): Promise<Kernel> {
  if (process.platform !== 'linux') {
    throw new UserError(`The judge needs a Linux kernel; this is ${process.platform}.`, { next: vagrantWay, exit: Exit.cannotRun });
  }
  if (kind === 'uml' && process.arch !== 'x64') {
    throw new UserError(`The private kernel runs on x86-64 only; this is ${process.arch}.`, { next: vagrantWay, exit: Exit.cannotRun });
  }
  if (kind === 'here') requireControllers();
  const files = await ensureKernel(progress, process.env, image);
  if (kind === 'here') return bootHere(files, agent);
  return bootUml(files, agent === undefined ? {} : { agent });
}
