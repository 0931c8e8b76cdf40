/** What there is to say about a check that did not pass, as labelled parts in the order a reader needs them. */
import type { CheckResult } from '../check/wire.ts';

/** A label and its text; a text may have several lines. `code` is text that must not be re-wrapped. */
export type Detail = { label: string; text: string; code: boolean };

/** The parts that say something: did, expected, observed, evidence, why, look. */
export function parts(check: CheckResult): Detail[] {
  const evidence = check.evidence.flatMap(({ source, lines }) => [source, ...lines.map((line) => `  ${line}`)]);
  const all: Detail[] = [
    { label: 'did', text: check.did, code: true },
    { label: 'expected', text: check.expected, code: false },
    { label: 'observed', text: check.observed, code: false },
    { label: 'evidence', text: evidence.join('\n'), code: true },
  ];
  if (check.mistake) {
    all.push({ label: 'mistake', text: `${check.mistake.title} (${check.mistake.id})`, code: false });
    all.push({ label: 'why', text: check.mistake.why, code: false });
    all.push({ label: 'look', text: check.mistake.look, code: false });
  }
  return all.filter((part) => part.text.trim() !== '');
}

/** The same as one plain text, a label per line; lines that belong to the one above are indented. */
export function details(check: CheckResult): string {
  return parts(check).map(({ label, text }) => `${label}: ${text.replaceAll('\n', '\n  ')}`).join('\n');
}
