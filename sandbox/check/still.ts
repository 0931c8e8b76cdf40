/** When nothing moves any more. */
import { cgroupView } from '../observe/cgroup.ts';
import { statOf } from '../observe/procfile.ts';
import { pidsOf } from '../observe/scan.ts';

/** After this many milliseconds in which everything sleeps, nothing will happen any more. */
const STILL = 1_000;

/** How often the kernel is asked, in milliseconds. */
const PERIOD = 100;

/** Processor time, in microseconds, that an idle process may use in that time: Node looks around now and then. */
const BUSY = 20_000;

/**
 * Tells whether everything in a cgroup has slept for a while, as far back as it was asked: what sleeps that long is not about to
 * start anything. `slowness` as in the session.
 *
 * It counts looks, not time: where the whole machine stood still for a second, one look was missed and nothing was seen. See
 * cgroup-v2 for cpu.stat, proc_pid_stat(5) for states; D and R are not sleep.
 */
export function stillness(cgroup: string, slowness: number): () => boolean {
  let used = -Infinity;
  let asked = performance.now();
  let quiet = 0;
  return () => {
    const passed = performance.now() - asked;
    if (passed < PERIOD) return false;
    asked = performance.now();
    const now = cgroupView(cgroup).cpuStat().value?.['usage_usec'] ?? 0;
    if (now - used > BUSY || pidsOf(cgroup).some((pid) => 'RD'.includes(statOf(pid)?.state ?? 'Z'))) {
      used = now;
      quiet = 0;
    } else {
      quiet += Math.min(passed, 2 * PERIOD);
    }
    return quiet > STILL * slowness;
  };
}
