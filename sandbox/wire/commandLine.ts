/** An argument vector on one line, words that a shell would take apart in quotes. Pure. */

/** The longest line, in UTF-16 code units; what is longer ends in an ellipsis. */
const LONGEST = 400;

export function commandLine(argv: readonly string[]): string {
  const text = argv.map((word) => (word === '' || /[\s'"\\$&;|<>()*?]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word)).join(' ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
