/** What commands and tests use of the author's tools. */
export { runGate } from './gate.ts';
export type { GateOptions } from './gate.ts';
export { problemLine } from './problem.ts';
export type { Problem } from './problem.ts';
export { scaffold } from './scaffold.ts';
