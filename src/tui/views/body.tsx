import { Box } from 'ink';
import { type Overlay, layoutOverlay, overlayRows } from '../layout/overlay.ts';
import { sliceOf } from '../layout/page.ts';
import { layoutSide } from '../layout/side.ts';
import { layoutPanel } from '../layout/verdict.ts';
import { geometry, openFocus, openLayout, openPage, pageRows, panelRows, verdictInput } from '../state/select.ts';
import type { State } from '../state/types.ts';
import { t } from '../strings.ts';
import { rule } from '../text/box.ts';
import { type Line, blank, line, seg } from '../text/line.ts';
import { Rows } from './rows.tsx';

type Props = { state: State };

/** What is between title and status: the page with the verdict at its side or under it, or what covers the page. */
export function Body({ state }: Props) {
  const overlay = layoutOverlay(state);
  if (overlay) return <Covering state={state} overlay={overlay} />;
  const { wide, body, columns, margin, page } = geometry(state);
  const rows = pageRows(state);
  const left = wide ? margin + page + 1 : columns;
  const lines = sliceOf(openLayout(state), openPage(state).scroll, rows, openFocus(state));
  return (
    <Box flexDirection={wide ? 'row' : 'column'} height={body} width={columns}>
      {rows > 0 && panelRows(state) < body ? <Rows lines={lines} width={left} height={rows} left={margin} /> : null}
      {wide ? <Side state={state} width={columns - left} height={body} /> : <Panel state={state} />}
    </Box>
  );
}

function Covering({ state, overlay }: Props & { overlay: Overlay }) {
  const { body, columns, margin } = geometry(state);
  const lines = overlay.lines.slice(overlay.scroll, overlay.scroll + overlayRows(state));
  return <Rows lines={[overlay.head ?? blank, ...lines]} width={columns} height={body} left={margin} />;
}

function Side({ state, width, height }: Props & { width: number; height: number }) {
  const edge = seg('│ ', 'frame');
  const lines = layoutSide(state, geometry(state).side, height);
  const rows = Array.from({ length: height }, (_, index): Line => [edge, ...(lines[index] ?? [])]);
  return <Rows lines={rows} width={width} height={height} />;
}

function Panel({ state }: Props) {
  const height = panelRows(state);
  if (height === 0) return null;
  const { columns, side, margin } = geometry(state);
  const top = rule('─', '─', line(t.panel.title, 'label'), line(t.panel.keys, 'label'), columns, 'frame');
  const lines = layoutPanel(verdictInput(state), side, height - 1).map((content): Line => [seg(' '.repeat(margin)), ...content]);
  return <Rows lines={[top, ...lines]} width={columns} height={height} />;
}
