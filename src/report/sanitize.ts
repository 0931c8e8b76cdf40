/**
 * Makes text that learner code may have written harmless to whoever reads it: a terminal, a log that obeys commands, an XML
 * parser.
 *
 * Nothing is cut away. A control character is shown by its picture (ESC becomes ␛), so a reader sees what was printed and
 * the terminal obeys none of it. Every renderer of this folder lets every string of a verdict through here.
 */

/** Characters that turn, hide or separate text without being seen: Unicode's bidi controls, zero widths, tags, separators. */
const invisible =
  /[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/** Half a character (a lone surrogate), or a code point that is none: no encoder accepts the one, no XML parser the other. */
const noCharacter = /[\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/**
 * One line: line ends become visible too, so it stays one. Tabs become single spaces.
 */
export function harmlessLine(text: string): string {
  return defuse(visible(text.replaceAll('\t', ' ')).replaceAll('\n', '␊'));
}

/** Any number of lines; only `\n` breaks a line. Tabs become single spaces. */
export function harmlessText(text: string): string {
  return visible(text.replaceAll('\t', ' ')).split('\n').map(defuse).join('\n');
}

/**
 * JSON in which every dangerous character is written as `\uXXXX`: the same value to a parser, and nothing but plain
 * text to a terminal. `indent` as in JSON.stringify.
 */
export function harmlessJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent)
    .replace(/[\u007f-\u009f]/g, escapeUnit)
    .replace(invisible, (found) => [...Array(found.length).keys()].map((at) => escapeUnit(found.charAt(at))).join(''));
}

/** Text between two XML tags: `]]>` and all markup are escaped, and every character is one that XML 1.0 allows. */
export function xmlText(text: string): string {
  return harmlessText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The value of an XML attribute, to stand between double quotes. */
export function xmlAttribute(text: string): string {
  return xmlText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;');
}

/** What a terminal must not get, as pictures; for a screen of our own, where no log's commands have to be feared. Keeps `\n`. */
export function visible(text: string): string {
  return text
    .replace(/[\u0000-\u0009\u000b-\u001f]/g, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replaceAll('\u007f', '␡')
    .replace(/[\u0080-\u009f]/g, (control) => `\\x${control.charCodeAt(0).toString(16)}`)
    .replace(invisible, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`)
    .replace(noCharacter, '\ufffd');
}

/**
 * Takes the power from lines that build logs obey: `::notice …` (GitHub, wherever the line's first visible characters
 * are), `##[group]`, `##vso[…]` and `##teamcity[…]` (anywhere in a line).
 */
function defuse(line: string): string {
  return line.replace(/^(\s*):(?=:)/u, '$1: ').replace(/##(?=(?:vso|teamcity)?\[)/g, '## ');
}

/**
 * A row of harmless text that was broken to fit a width. The break may have put two colons at its beginning, where a build log
 * takes them for a command: they become one character that looks the same and is no wider.
 */
export function harmlessRow(row: string): string {
  return row.replace(/^(\s*)::/u, '$1∷');
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
