/** Colours of the plain reporter: SGR parameters (ECMA-48), each with the one that ends it. Never the only sign of anything. */

const styles = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  strong: [1, 22],
  dim: [2, 22],
} as const;

export type Style = keyof typeof styles;

/** How to paint text: leaves it alone where `colour` is false. */
export function painter(colour: boolean): (style: Style, text: string) => string {
  if (!colour) return (_style, text) => text;
  return (style, text) => {
    const [on, off] = styles[style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

/**
 * Whether text that goes to `stream` may be coloured: a terminal, and neither NO_COLOR (no-color.org: any text but the empty one)
 * nor TERM=dumb. FORCE_COLOR overrides all, `0` and `false` meaning no.
 */
export function wantsColour(stream: { isTTY?: boolean | undefined }, env: Readonly<Record<string, string | undefined>>): boolean {
  const force = env['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if (env['NO_COLOR']) return false;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
