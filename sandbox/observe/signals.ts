/**
 * Signal numbers and names; see signal(7). Linux has the same numbers on x86-64 and arm64. Pure.
 */
import { constants } from 'node:os';

/** The first real-time signal as the kernel counts; the C library keeps 32 and 33 for itself. */
const FIRST_REAL_TIME = 32;
const LAST_SIGNAL = 64;

/** Names that mean the same number; the other one is the one we use. */
const aliases = new Set(['SIGIOT', 'SIGPOLL', 'SIGUNUSED']);

const names = new Map<number, string>(
  Object.entries(constants.signals).filter(([name]) => !aliases.has(name)).map(([name, number]) => [number, name]),
);

/** `SIGTERM` for 15, `SIG34` for a real-time signal. */
export function signalName(number: number): string {
  return names.get(number) ?? `SIG${number}`;
}

/** 15 for `SIGTERM` or `TERM`, undefined for a name that is none. */
export function signalNumber(name: string): number | undefined {
  const full = name.startsWith('SIG') ? name : `SIG${name}`;
  const known = Object.entries(constants.signals).find(([candidate]) => candidate === full)?.[1];
  if (known !== undefined) return known;
  const realTime = Number(/^SIG(\d+)$/.exec(full)?.[1]);
  return realTime >= FIRST_REAL_TIME && realTime <= LAST_SIGNAL ? realTime : undefined;
}
