/**
 * Kernel modules that a wall needs and cannot ask for: its root may not load any, and the kernel does it by itself only where
 * something of the kind is there already (iptable_nat once ip_tables is, overlay and veth always).
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const NEEDED = ['loop', 'ip_tables', 'ip6_tables'];

let loaded: Promise<void> | undefined;

/** Loads them, once. What this kernel does not have as a module it has built in, or it will be missed where it is used. */
export function loadModules(): Promise<void> {
  loaded ??= promisify(execFile)('/usr/sbin/modprobe', ['--quiet', '--all', ...NEEDED]).then(() => {}, () => {});
  return loaded;
}
