/** The wire's types and schemas, re-exported for everything in `src` that only looks at verdicts. */
export { CheckResultSchema, KernelSchema, LeftoverSchema } from '../../sandbox/wire/verdict.ts';
export type { CheckResult, CheckStatus, Evidence, KernelInfo, Leftover, Mistake, Verdict } from '../../sandbox/wire/verdict.ts';
export { commandLine } from '../../sandbox/wire/commandLine.ts';
export type * from '../../sandbox/wire/xray.ts';
export type { Ending, TerminalSize, WireFile } from '../../sandbox/wire/messages.ts';
export { standings } from '../../sandbox/wire/parity.ts';
export type { ParityRow, ParityRun, Standing } from '../../sandbox/wire/parity.ts';
export type { Area, Change, TraceFailure, TraceProcess, TraceRun, TraceState, TraceStep } from '../../sandbox/wire/trace.ts';
