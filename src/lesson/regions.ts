/**
 * Regions: pieces of a source file that prose pulls by tag.
 *
 *     // #region clone-flags
 *     …
 *     // #endregion clone-flags
 *
 * Regions may overlap. The marking lines are for the course only: a file is laid without them.
 */

const marker = /^\s*(?:\/\/|#)\s*#(region|endregion)\s+(\S+)\s*$/;

/** Why a region could not be taken: `missing`, or left open. The caller knows the place. */
export class RegionError extends Error {
  override name = 'RegionError';
}

/**
 * The lines of one region, without marking lines and without the indentation that they share.
 *
 * Throws RegionError where the tag is absent, opened twice or never closed.
 */
export function takeRegion(source: string, tag: string): string {
  const taken: string[] = [];
  let open = false;
  let closed = false;
  for (const line of source.split('\n')) {
    const mark = line.match(marker);
    if (!mark) {
      if (open) taken.push(line);
    } else if (mark[2] === tag) {
      if (mark[1] === 'region' && (open || closed)) throw new RegionError(`the region "${tag}" begins twice`);
      if (mark[1] === 'endregion' && !open) throw new RegionError(`the region "${tag}" ends before it begins`);
      open = mark[1] === 'region';
      closed ||= mark[1] === 'endregion';
    }
  }
  if (open) throw new RegionError(`the region "${tag}" is never closed`);
  if (!closed) throw new RegionError(`there is no region "${tag}"`);
  return dedent(taken).join('\n');
}

/** The source as it is laid: without marking lines. */
export function withoutMarkers(source: string): string {
  return source.includes('#region') || source.includes('#endregion')
    ? source.split('\n').filter((line) => !marker.test(line)).join('\n')
    : source;
}

/** The tags that a source opens. */
export function regionTags(source: string): string[] {
  const tags: string[] = [];
  for (const line of source.split('\n')) {
    const mark = line.match(marker);
    if (mark?.[1] === 'region' && mark[2]) tags.push(mark[2]);
  }
  return tags;
}

function dedent(lines: readonly string[]): string[] {
  const shared = Math.min(...lines.filter((line) => line.trim()).map((line) => line.length - line.trimStart().length));
  const cut = Number.isFinite(shared) ? shared : 0;
  const result = lines.map((line) => line.slice(cut).trimEnd());
  while (result.length && !result[0]) result.shift();
  while (result.length && !result.at(-1)) result.pop();
  return result;
}
