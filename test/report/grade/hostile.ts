/** Texts that somebody writes who wants to break a report, and what no report may hold afterwards. */
import fc from 'fast-check';

export const nasty = [
  '\u001b[31mred\u001b[0m', '\u001b]52;c;cm0gLXJm\u0007', '\u009b2J', '\u202eevil\u202c', 'a\u200bb', 'a\u0000b', '\ud800', '\udc00x', '\uffff',
  ']]>', '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '&amp;&#60;', '</style></pre></table>', '<!--',
  '=cmd|\'/c calc\'!A0', '+1', '-2+3', '@SUM(A1)', '\t=1', ' =1', '\'=1', '＝1', 'a,b', 'a"b', 'a;b', 'a\r\nb', ' a ',
  '::notice title=Autograding report::100/100', '\n::error::x', '##[group]', '##vso[task.complete]', '%0A::error::x', 'a%25b',
  '|', 'a|b\\|c', '`x`', '``', '[x](http://evil.example)', '![x](http://evil.example)', 'www.evil.example', 'https://evil.example', '@everyone', '#1', 'GH-1', ':tada:', '* * *', '- x', '1. x', '# x', '$x$', '{{x}}', '~~x~~', '\\', '__x__',
  '1..1\nok 1 - all', 'not ok 1\n  ---\n  ...', '# SKIP', '# TODO x', 'Bail out!',
  '../../etc/passwd', '/etc/passwd', 'CON', 'nul', '..', '.', '', '   ', 'a/b\\c', '{"score":100}', '\u{1f600}', 'žluťoučký 船渠 ⚓', 'Z' + '\u0301'.repeat(60), '\u{e0041}',
] as const;

export const hostileText = fc.oneof(
  fc.constantFrom(...nasty),
  fc.array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 6 }).map((parts) => parts.join('')),
);

/** Controls but for line ends, bidi controls, zero widths, tags, halves of characters. */
export const dangerous = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/u;

/** True where a build log would obey a line of the text. */
export function obeyed(text: string): boolean {
  return text.split(/\r\n|\n|\r/).some((line) => line.trimStart().startsWith('::') || /##(vso|teamcity)?\[/.test(line));
}
