/** Two runs of box, call by call, side by side. */
export { ask } from './ask.ts';
export { briefOf } from './brief.ts';
export { commandText, tracedAs, tracedBy } from './command.ts';
export { changeWords } from './effect.ts';
export { renderTimeline, renderTrace, timelineLines } from './text.ts';
export { endingWords, legend, marks, resultWords, w } from './words.ts';
export type { Comparison, Difference, Row, RowKind, TraceDocument } from './types.ts';
