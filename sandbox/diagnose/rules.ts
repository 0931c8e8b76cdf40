/**
 * Every rule of the course, in the order of the lessons. A new lesson's file is imported here by name.
 */
import { rules as processes } from './mistakes/01-processes.ts';
import { rules as syscalls } from './mistakes/02-syscalls.ts';
import { rules as pid } from './mistakes/03-pid.ts';
import { rules as mounts } from './mistakes/04-mounts.ts';
import { rules as root } from './mistakes/05-root.ts';
import { rules as dev } from './mistakes/06-dev.ts';
import { rules as layers } from './mistakes/07-layers.ts';
import { rules as cgroups } from './mistakes/08-cgroups.ts';
import { rules as networks } from './mistakes/09-networks.ts';
import { rules as reach } from './mistakes/10-reach.ts';
import { rules as init } from './mistakes/11-init.ts';
import { rules as exec } from './mistakes/12-exec.ts';
import type { Rule } from './rule.ts';

/** Ids are unique; test/diagnose/rules.test.ts holds that. */
export const rules: readonly Rule[] = [
  ...processes, ...syscalls, ...pid, ...mounts, ...root, ...dev, ...layers, ...cgroups,
  ...networks, ...reach, ...init, ...exec,
];
