/** A lesson in sections that are read one after the other: each begins with a heading, none is a whole book. */
import { renderBlocks } from '../../lesson/text.ts';
import type { Block, Lesson } from '../../lesson/types.ts';

/** The page cut before every heading; the first section has none. */
export function sectionsOf(lesson: Lesson): Block[][] {
  const sections: Block[][] = [[]];
  for (const block of lesson.blocks) {
    if (block.kind === 'heading' && (sections.at(-1)?.length ?? 0) > 0) sections.push([]);
    sections.at(-1)?.push(block);
  }
  return sections;
}

/** A section as lines, and after each thing that can be done the words that do it. */
export function sectionLines(blocks: readonly Block[], width: number): string[] {
  return blocks.flatMap((block) => [...renderBlocks([block], width), ...wordsFor(block), '']);
}

function wordsFor(block: Block): string[] {
  if (block.kind === 'experiment') return [`(run ${block.number} runs it)`];
  if (block.kind === 'prediction') return [`(answer ${block.number} a answers a)`];
  return [];
}
