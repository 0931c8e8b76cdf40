/**
 * /proc/PID/limits; see proc_pid_limits(5) and getrlimit(2). Pure.
 */
import { ParseError } from './errors.ts';
import { linesOf } from './text.ts';

/** A resource limit in its unit; null is unlimited. */
export type Limit = { readonly soft: number | null; readonly hard: number | null; readonly unit: string };

/** Limits by the kernel's name for them: `Max open files`. Throws ParseError. */
export function parseLimits(text: string, source = 'limits'): Record<string, Limit> {
  const [heading, ...lines] = linesOf(text);
  if (heading === undefined || !heading.startsWith('Limit')) throw new ParseError(source, heading ?? '', 'expected a heading that begins with "Limit"');
  const limits = Object.create(null) as Record<string, Limit>;
  for (const line of lines) {
    const found = /^(\S.*?) +(unlimited|\d+) +(unlimited|\d+) *(\S*) *$/.exec(line);
    const [, name, soft, hard, unit] = found ?? [];
    if (name === undefined || soft === undefined || hard === undefined) throw new ParseError(source, line, 'expected a name and two limits');
    limits[name] = { soft: valueOf(soft), hard: valueOf(hard), unit: unit ?? '' };
  }
  return limits;
}

function valueOf(text: string): number | null {
  return text === 'unlimited' ? null : Number(text);
}
