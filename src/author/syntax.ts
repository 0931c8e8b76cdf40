/** Would Node run this source? Asked of Node itself, which takes types away and knows nothing else of TypeScript. */
import { stripTypeScriptTypes } from 'node:module';

/** What is wrong with a source, and on which line; null where Node would take it. Types are not checked. */
export function syntaxError(source: string): { line: number; message: string } | null {
  // Node warns once that this function is experimental. Whoever reads the gate's output can do nothing about that.
  const { emitWarning } = process;
  try {
    process.emitWarning = () => {};
    stripTypeScriptTypes(source);
    return null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // The stack begins with `FILE:LINE` and the line itself.
    return { line: Number(/^[^\n]*:(\d+)\n/.exec(error.stack ?? '')?.[1] ?? 1), message: `Node cannot run this: ${error.message}` };
  } finally {
    process.emitWarning = emitWarning;
  }
}
