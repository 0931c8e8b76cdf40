/** Names from a submission, made visible: what cannot be seen in them is written as an escape. Pure. */

/** Control and format characters, separators of lines, lone surrogates, private characters. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

export function visible(text: string): string {
  return text.toWellFormed().replace(unseen, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Whether a name is made of what can be seen, in the form in which it can be told from others. */
export function isPlain(name: string): boolean {
  return name.isWellFormed() && !name.includes('\ufffd') && name.search(unseen) < 0;
}
