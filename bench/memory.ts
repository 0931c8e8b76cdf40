/** Memory and processor time of processes, from /proc. */
import fs from 'node:fs';

/** This process and everything below it, by pid. */
export function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const found = [pid];
  for (const known of found) for (const [child, parent] of parents) if (parent === known) found.push(child);
  return found;
}

/** The processes that have this text in an argument, this one left out. */
export function withArgument(text: string): number[] {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && read(`/proc/${name}/cmdline`).includes(text)).map(Number);
}

/**
 * Proportional set size in kB: pages that several processes share are counted once, in parts (proc(5), smaps_rollup). Processes that
 * share all of their memory, as UML's helpers do (CLONE_VM), each report the whole of it, and are counted once.
 */
export function proportional(pids: readonly number[]): number {
  const counted: { name: string; size: number; resident: number }[] = [];
  let sum = 0;
  for (const pid of pids) {
    const [size = 0, resident = 0] = read(`/proc/${pid}/statm`).split(' ').map(Number);
    const name = read(`/proc/${pid}/comm`);
    // What is resident goes on growing while we look at one after the other.
    const near = (a: number, b: number, share: number): boolean => Math.abs(a - b) <= share * Math.max(a, b);
    if (size > 10_000 && counted.some((one) => one.name === name && near(one.size, size, 0.001) && near(one.resident, resident, 0.05))) continue;
    counted.push({ name, size, resident });
    sum += Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  }
  return sum;
}

/** Processor time used so far, user and system, in ticks of 10 ms. */
export function ticks(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return ''; // gone meanwhile
  }
}
