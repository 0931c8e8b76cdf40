/**
 * What all readings of one process share: its pid, what it is called, and the certainty that it is still the same one.
 *
 * A reader remembers when its process started and looks again after every reading, so another process that got the same
 * pid meanwhile is never mistaken for it.
 */
import { GoneError } from '../errors.ts';
import { possessive } from '../fact.ts';
import { listProc, optional, procPath, readProc, readProcLink, startTimeOf } from '../procfile.ts';

export class Reader {
  readonly pid: number;
  readonly label: string;
  readonly startTime: number;
  #together = false;

  /** Throws GoneError where there is no such process. */
  constructor(pid: number, label: string) {
    const startTime = startTimeOf(pid);
    if (startTime === undefined) throw new GoneError(pid, procPath(pid));
    this.pid = pid;
    this.label = label;
    this.startTime = startTime;
  }

  /** Runs a reading. Throws GoneError where the process was replaced meanwhile. */
  steady<T>(read: () => T): T {
    const value = read();
    if (!this.#together && startTimeOf(this.pid) !== this.startTime) throw new GoneError(this.pid, procPath(this.pid));
    return value;
  }

  /** Runs many readings and looks once, after the last of them, whether all were of the same process. */
  together<T>(read: () => T): T {
    return this.steady(() => {
      this.#together = true;
      try {
        return read();
      } finally {
        this.#together = false;
      }
    });
  }

  /** The whole text of a file below /proc/PID. */
  text(name: string): string {
    return this.steady(() => readProc(this.pid, name));
  }

  /** The target of a link below /proc/PID. */
  link(name: string): string {
    return this.steady(() => readProcLink(this.pid, name));
  }

  /** The same, null where the process is there and the link is not. */
  linkIfAny(name: string): string | null {
    return this.steady(() => optional(() => readProcLink(this.pid, name)) ?? null);
  }

  /** The names in a folder below /proc/PID. */
  list(name: string): string[] {
    return this.steady(() => listProc(this.pid, name));
  }

  /** The path of a file below /proc/PID, as a fact's source. */
  path(name: string): string {
    return procPath(this.pid, name);
  }

  /** A fact's name: `the command's` and what follows. */
  name(what: string): string {
    return `${possessive(this.label)} ${what}`;
  }
}
