/** How the set-up speaks before anything of ours is installed: one line on a terminal, plain lines elsewhere. */

/** A set-up that cannot go on: one sentence, and what to do next. Exit 3, as everywhere. */
export class SetupError extends Error {
  /** @param {string} message @param {string[]} next */
  constructor(message, next, exit = 3) {
    super(message);
    this.next = next;
    this.exit = exit;
  }
}

/** What helps on every machine that cannot do it by itself. */
export const vagrantWay = 'run it in the virtual machine: vagrant up, then vagrant ssh (which opens the tutor)';

/** A line on standard error that may be rewritten while it is current. @param {string} text */
export function step(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
}

/** A line that stays. @param {string} text */
export function note(text) {
  process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${text}\n`);
}

/** Takes away what `step` has left. */
export function wipe() {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

/** The error in the words that every command uses. @param {SetupError} error */
export function complain(error) {
  wipe();
  process.stderr.write(`drydock: ${error.message}\n${error.next.map((line) => `  → ${line}\n`).join('')}`);
}
