/**
 * HTML as a template: whatever is put into it is text, unless it is HTML made here. The same escapes serve text and attributes in
 * double quotes; what comes out is well-formed XML, too.
 */
import { xmlAttribute } from '../sanitize.ts';

const kind = Symbol('html');
export type Html = { [kind]: string };
type Part = string | number | Html | readonly Html[] | undefined;

export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { [kind]: strings.map((string, at) => (at === 0 ? '' : written(values[at - 1])) + string).join('') };
}

export function htmlText(of: Html): string {
  return of[kind];
}

function written(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return xmlAttribute(part);
  return kind in part ? part[kind] : part.map((one) => one[kind]).join('');
}
