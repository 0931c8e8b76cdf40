/** Ctrl-Z: the job stops, as every job does, and goes on when the shell says so. */

/**
 * Stops the whole job (kill(2): 0 is the caller's process group), since npm and the front door wait in it. Resolves when it was
 * continued, or at once where nobody could continue it: signal(7) discards SIGTSTP in an orphaned group.
 */
export async function suspendJob(): Promise<void> {
  process.kill(0, 'SIGTSTP');
  // The signal arrives before the timer; while the process is stopped no time passes for it.
  await new Promise((resolve) => setTimeout(resolve, 50));
  // Only the foreground job is told of a new window size; ask for it now. This is what Node does on the signal.
  process.emit('SIGWINCH', 'SIGWINCH');
}
