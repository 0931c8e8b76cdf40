/** What the commands of this room have in common: progress while they work, and an error as a sentence with what to do about it. */
import { Exit, UserError } from '../../src/errors.ts';
import { progressTo } from '../image/progress.ts';

/** Does the work and resolves to the exit status. Rejects where the fault is ours. */
export async function asCommand(work: (progress: ReturnType<typeof progressTo>) => Promise<void>): Promise<number> {
  const progress = progressTo(process.stderr);
  try {
    await work(progress);
    return Exit.done;
  } catch (error) {
    progress.end();
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`drydock: ${error.message}\n${error.next.map((line) => `  → ${line}\n`).join('')}`);
    return error.exit;
  } finally {
    progress.end();
  }
}
