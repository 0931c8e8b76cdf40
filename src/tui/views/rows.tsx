import { Box } from 'ink';
import type { Line } from '../text/line.ts';
import { blank } from '../text/line.ts';
import { Row } from './row.tsx';

type Props = { lines: readonly Line[]; width: number; height: number; left?: number };

/**
 * Exactly `height` rows: lines that are too many are left out, rows without a line are empty. Nothing may shrink, or ink
 * would drop rows in silence.
 */
export function Rows({ lines, width, height, left = 0 }: Props) {
  const rows = Array.from({ length: height }, (_, index) => lines[index] ?? blank);
  return (
    <Box flexDirection="column" flexShrink={0} width={width} height={height} paddingLeft={left}>
      {rows.map((line, index) => <Row key={index} line={line} />)}
    </Box>
  );
}
