/** Asks the sandbox for the runs, one after the other: mine, then the reference's. */
import type { Sandbox } from '../check/types.ts';
import type { WireFile } from '../check/wire.ts';
import { startOfBox, commandText } from './command.ts';
import type { Traced } from './command.ts';
import { compare } from './compare.ts';
import { SCHEMA } from './types.ts';
import type { TraceDocument } from './types.ts';

export type AskOptions = {
  lesson: string;
  traced: Traced;
  mine: WireFile[];
  /** Undefined where only one's own run is wanted. */
  reference: WireFile[] | undefined;
  /** How the learner's box is started; `node box/box.ts` unless said. The reference's always is. */
  command?: string;
  signal?: AbortSignal;
  /** What is being done now. */
  onProgress?: (what: 'mine' | 'reference') => void;
};

/** Both runs and how they compare. Rejects with SandboxError. */
export async function ask(sandbox: Sandbox, options: AskOptions): Promise<TraceDocument> {
  const { lesson, traced, mine, reference, command, signal, onProgress } = options;
  const run = (box: WireFile[], start?: string): ReturnType<Sandbox['trace']> => sandbox.trace(
    { box, argv: startOfBox(traced.args, start), ...(traced.setup === undefined ? {} : { setup: traced.setup }) },
    signal === undefined ? {} : { signal },
  );
  onProgress?.('mine');
  const own = await run(mine, command);
  if (reference !== undefined) onProgress?.('reference');
  const theirs = reference === undefined ? null : await run(reference);
  const compared = theirs === null ? { rows: null, difference: null } : compare(own, theirs);
  const { state } = sandbox;
  return { schema: SCHEMA, lesson, command: commandText(traced.args), kernel: state.at === 'ready' ? state.kernel : null, mine: own, reference: theirs, ...compared };
}
