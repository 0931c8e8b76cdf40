/**
 * Strips the types of a box before it goes to the kernel, and sends along what that changes.
 *
 * Node does it by a WebAssembly module that is quickly loaded here, and in user-mode Linux takes longer to load than a
 * small program takes to run: half of what the first start of a box costs in a new wall. The wall lays the result where
 * Node keeps such results (see sandbox/wall/typeCache.ts), where Node checks that it belongs to that very text.
 *
 * It is done in this process, and not by the judge: a text that is nested deeply enough breaks the module for the rest of a
 * process's life. Here nothing else depends on it.
 */
import { stripTypeScriptTypes } from 'node:module';
import type { ToAgent, WireFile } from '../wire/messages.ts';
import { typeEdits } from '../wire/typeEdits.ts';

/** The longest file that it is done for, in characters: a file that a learner writes is far shorter. */
const LONGEST = 200_000;

/** The message, its box's TypeScript with the edits that strip it. */
export function withTypeEdits(message: ToAgent): ToAgent {
  if (!('box' in message) || message.box === undefined) return message;
  return { ...message, box: message.box.map(stripped) };
}

function stripped(file: WireFile): WireFile {
  if (!/\.m?ts$/.test(file.path) || file.base64.length > LONGEST) return file;
  const code = Buffer.from(file.base64, 'base64').toString('utf8');
  const result = strip(code);
  const types = result === undefined ? undefined : typeEdits(code, result);
  return types === undefined ? file : { ...file, types };
}

/** Undefined where it cannot be done: Node will tell the learner. */
function strip(code: string): string | undefined {
  const { emitWarning } = process;
  // The first call says that the function is experimental, which is nothing to tell a learner.
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(code);
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
