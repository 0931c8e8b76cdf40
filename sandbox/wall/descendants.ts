/** The processes that descend from one, as long as it lives: a process whose parent has ended gets another parent. */
import { errnoOf } from '../observe/errors.ts';
import { allProcesses, isAlive, startTimeOf } from '../observe/procfile.ts';
import type { ProcessStat } from '../observe/stat.ts';

/** Its children, their children and so on, as they are now. */
export function descendantsOf(pid: number, all: readonly ProcessStat[] = allProcesses()): ProcessStat[] {
  const found: ProcessStat[] = [];
  const parents = [pid];
  for (const parent of parents) {
    const children = all.filter((process) => process.parent === parent);
    found.push(...children);
    parents.push(...children.map((child) => child.pid));
  }
  return found;
}

/** Whether this very process still runs, and not a later one with its pid. */
export function isStill(process: ProcessStat): boolean {
  return startTimeOf(process.pid) === process.startTime && isAlive(process.pid);
}

/** SIGKILL, where it is still there. */
export function killProcess(known: ProcessStat): void {
  if (!isStill(known)) return;
  try {
    process.kill(known.pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}
