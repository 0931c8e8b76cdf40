/**
 * What Node's type stripping changes in a file, in few bytes: types become white space of the same length, so only the places
 * are worth sending. Pure.
 */

/** From this index of the text on: so many spaces, or this text. */
export type TypeEdit = [start: number, put: number | string];

/** The edits that make `stripped` of `code`; undefined where the two are not of one length. */
export function typeEdits(code: string, stripped: string): TypeEdit[] | undefined {
  if (code.length !== stripped.length) return undefined;
  const edits: TypeEdit[] = [];
  for (let at = 0; at < code.length; at += 1) {
    if (code[at] === stripped[at]) continue;
    const start = at;
    while (at < code.length && code[at] !== stripped[at]) at += 1;
    const put = stripped.slice(start, at);
    edits.push([start, /^ *$/.test(put) ? put.length : put]);
  }
  return edits;
}

/** Applies edits to the text they were made for. On any other text, or with edits that came from elsewhere, the result is just another text. */
export function applyTypeEdits(code: string, edits: readonly TypeEdit[]): string {
  let done = 0;
  let result = '';
  for (const [start, put] of edits) {
    const text = typeof put === 'number' ? ' '.repeat(Math.min(Math.max(put, 0), code.length)) : put;
    result += code.slice(done, start) + text;
    done = start + text.length;
  }
  return result + code.slice(done);
}
