import { Box } from 'ink';
import { useHandOver } from '../hooks/use-hand-over.ts';
import { useKeys } from '../hooks/use-keys.ts';
import { useStore } from '../hooks/use-store.ts';
import { keysLine, statusLine, titleLine } from '../layout/chrome.ts';
import type { Stage } from '../stage.ts';
import { geometry } from '../state/select.ts';
import type { Store } from '../store.ts';
import { t } from '../strings.ts';
import { fitLine, line } from '../text/line.ts';
import type { Paint } from '../theme.ts';
import { Body } from './body.tsx';
import { PaintContext } from './paint-context.ts';
import { Row } from './row.tsx';

type Props = { store: Store; stage: Stage; paint: Paint };

/** The whole screen. As tall as the terminal and never taller. */
export function App({ store, stage, paint }: Props) {
  const state = useStore(store);
  useKeys(store);
  useHandOver(stage);
  const { tiny, columns, rows } = geometry(state);
  if (tiny) return <PaintContext value={paint}><Row line={fitLine(line(t.tooSmall(columns, rows)), columns)} /></PaintContext>;
  return (
    <PaintContext value={paint}>
      <Box flexDirection="column" width={columns} height={rows}>
        <Row line={titleLine(state)} />
        <Body state={state} />
        <Row line={statusLine(state)} />
        <Row line={keysLine(state)} />
      </Box>
    </PaintContext>
  );
}
