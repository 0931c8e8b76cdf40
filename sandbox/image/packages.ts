/** Reads packages.txt: what the image is made of. */
import fs from 'node:fs';
import path from 'node:path';

const sections = ['guest', 'foreign', 'machine', 'tools', 'kernel', 'modules', 'judge', 'box'] as const;
export type Section = (typeof sections)[number];

/**
 * Which root the guest gets: the one of the lessons, which has no container engine in it, or the same with real runtimes, for the
 * tests that wrap those as `box`.
 */
export type ImageName = 'guest' | 'foreign';

/** One line of the list: a name, and whether the image can do without it. */
export type Wanted = { name: string; optional: boolean };

/** The lists by section, in file order. Throws on a line outside any section, or in one that is not known. */
export function parsePackages(text: string): Record<Section, Wanted[]> {
  const lists = Object.fromEntries(sections.map((section) => [section, [] as Wanted[]])) as Record<Section, Wanted[]>;
  let current: Section | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/#.*/, '').trim();
    if (line === '') continue;
    const heading = /^\[(\w+)\]$/.exec(line)?.[1];
    if (heading !== undefined) {
      current = sections.find((section) => section === heading);
      if (!current) throw new Error(`packages.txt:${index + 1}: no section is called [${heading}]`);
      continue;
    }
    if (!current) throw new Error(`packages.txt:${index + 1}: ${line} stands before the first section`);
    const optional = line.startsWith('?');
    lists[current].push({ name: line.replace(/^\?\s*/, ''), optional });
  }
  return lists;
}

/** The committed lists. */
export function readPackages(): Record<Section, Wanted[]> {
  return parsePackages(fs.readFileSync(path.join(import.meta.dirname, 'packages.txt'), 'utf8'));
}
