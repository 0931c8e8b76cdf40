/**
 * The names that belong to a process's UTS namespace; see uts_namespaces(7).
 *
 * /proc/PID has no file for them, and /proc/sys/kernel/hostname shows the *reader's* namespace, also when it is read
 * through another process's mount of proc. So the judge goes there to read.
 */
import fs from 'node:fs';
import { insideNamespace } from './setns.ts';

/** A name and where it was read, in words that a person can repeat with nsenter(1). */
export type UtsName = { readonly value: string; readonly source: string };

/** The host name or the NIS domain name (`(none)` where it was never set). Throws GoneError or SystemCallError. */
export function utsName(pid: number, which: 'hostname' | 'domainname'): UtsName {
  const path = `/proc/sys/kernel/${which}`;
  // The text may hold any byte, newlines too, and ends with one newline of the kernel's own.
  const value = insideNamespace(pid, 'uts', () => fs.readFileSync(path, 'utf8')).replace(/\n$/, '');
  return { value, source: `nsenter -t ${pid} -u cat ${path}` };
}
