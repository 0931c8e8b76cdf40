/** The wire's types, re-exported for everything in `src` that only looks at verdicts. */
export type { CheckResult, CheckStatus, Evidence, KernelInfo, Leftover, Mistake, Verdict } from '../../sandbox/wire/verdict.ts';
export type { Ending, TerminalSize, WireFile } from '../../sandbox/wire/messages.ts';
