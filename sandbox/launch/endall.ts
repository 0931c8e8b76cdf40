/** Ends a process that may just be making another one, and that other one, too. */
import fs from 'node:fs';

/** How long a process may take to stop once it has been told to, in milliseconds. It is a moment, unless the machine is very busy. */
const PATIENCE = 500;

/**
 * SIGKILL for a process and its children. bwrap's `--die-with-parent` takes effect only when the child has asked the kernel for it
 * (prctl(2), PR_SET_PDEATHSIG): a bwrap that is killed in the moment before leaves a kernel that nobody knows of. So it is stopped
 * first, and can make no more children while these are looked for. One of them is process 1 of bwrap's pid namespace, and takes all in
 * there along. Does nothing where the process is gone.
 */
export function endWithChildren(pid: number): void {
  try {
    process.kill(pid, 'SIGSTOP');
    const deadline = Date.now() + PATIENCE;
    // SIGSTOP is on its way until the process is seen to have stopped (or to have ended).
    while (!/^[TtZX]$/.test(stateOf(pid)) && Date.now() < deadline) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    for (const child of childrenOf(pid)) killOne(child);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  } finally {
    killOne(pid);
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // EPERM: it has become somebody else and has asked to die with its parent by then.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** The state of a process as one letter, see proc_pid_stat(5); X where it is gone. */
function stateOf(pid: number): string {
  return /\) (\S)/.exec(readOr(`/proc/${pid}/stat`, ') X'))?.[1] ?? 'X';
}

function childrenOf(pid: number): number[] {
  return readOr(`/proc/${pid}/task/${pid}/children`, '').split(' ').filter(Boolean).map(Number);
}

function readOr(file: string, otherwise: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
