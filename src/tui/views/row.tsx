import { Text } from 'ink';
import { memo, use } from 'react';
import type { Line } from '../text/line.ts';
import { paintLine } from '../theme.ts';
import { PaintContext } from './paint-context.ts';

type Props = { line: Line };

/** One row of the screen. An empty row is a space: a text without characters has no height. */
export const Row = memo(function Row({ line }: Props) {
  const paint = use(PaintContext);
  return <Text wrap="truncate-end">{paintLine(line, paint) || ' '}</Text>;
});
