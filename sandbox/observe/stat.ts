/**
 * /proc/PID/stat: what the status file does not say; see proc_pid_stat(5). Pure.
 */
import { ParseError } from './errors.ts';
import { integer } from './text.ts';

/** Of a process's flags. */
const PF_EXITING = 0x4;

export type ProcessStat = {
  readonly pid: number;
  /** The command name, unescaped by the kernel: may hold spaces, parentheses and newlines. */
  readonly name: string;
  readonly state: string;
  readonly parent: number;
  readonly processGroup: number;
  readonly session: number;
  /** Device number of the controlling terminal, 0 for none. */
  readonly terminal: number;
  /** The foreground process group of that terminal, -1 for none. */
  readonly foreground: number;
  /** It is on its way out, PF_EXITING in the kernel's include/linux/sched.h: its memory may be gone already, and it is no zombie yet. */
  readonly exiting: boolean;
  readonly threads: number;
  /** Processor time used so far by all its threads, user and system, in clock ticks of 10 ms. */
  readonly ticks: number;
  /** Clock ticks between boot and the start of the process: with the pid it tells one process from a later one. */
  readonly startTime: number;
};

/** Throws ParseError where the text is not one stat line. */
export function parseStat(text: string, source = 'stat'): ProcessStat {
  // The name may contain anything: it goes from the first "(" to the last ")".
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 1 || close < open) throw new ParseError(source, text.trimEnd(), 'expected a command name in parentheses');
  // Field 3 of the manual is rest[0].
  const rest = text.slice(close + 1).trim().split(' ');
  const number = (field: number): number => integer(rest[field - 3], source, text.trimEnd());
  const state = rest[0];
  if (state === undefined || !/^[A-Za-z]$/.test(state)) throw new ParseError(source, text.trimEnd(), 'expected a state letter after the name');
  return {
    pid: integer(text.slice(0, open).trim(), source, text.trimEnd()),
    name: text.slice(open + 1, close),
    state,
    parent: number(4),
    processGroup: number(5),
    session: number(6),
    terminal: number(7),
    foreground: number(8),
    exiting: (number(9) & PF_EXITING) !== 0,
    threads: number(20),
    ticks: number(14) + number(15),
    startTime: number(22),
  };
}
