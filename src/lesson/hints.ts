/** hints.md: the ladder of hints, a section `## 1`, `## 2`, … for each rung. */
import { parseBlocks } from './blocks.ts';
import { plain } from './spans.ts';
import { type Block, LessonError } from './types.ts';

/** Reads the ladder, first rung first. Throws LessonError: text before the first rung, numbers out of order, an empty rung. */
export function readHints(text: string, file: string): Block[][] {
  const blocks = parseBlocks(text, file, 1, () => {
    throw new Error('hints show the shape, they do not pull code from the solution');
  });
  const rungs: Block[][] = [];
  let heading: Block | null = null;
  for (const block of blocks) {
    if (block.kind === 'experiment' || block.kind === 'prediction') {
      throw new LessonError('experiments and predictions belong into lesson.md', block.place);
    }
    if (block.kind === 'heading' && block.depth <= 2) {
      const wanted = String(rungs.length + 1);
      if (block.depth !== 2 || plain(block.spans).trim() !== wanted) throw new LessonError(`here the heading \`## ${wanted}\` is expected`, block.place);
      if (heading && !rungs.at(-1)?.length) throw new LessonError('this hint is empty', heading.place);
      rungs.push([]);
      heading = block;
    } else {
      const rung = rungs.at(-1);
      if (!rung) throw new LessonError('hints begin with the heading `## 1`', block.place);
      rung.push(block);
    }
  }
  if (heading && !rungs.at(-1)?.length) throw new LessonError('this hint is empty', heading.place);
  return rungs;
}
