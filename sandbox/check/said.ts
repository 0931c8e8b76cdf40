/** What a program said and how it ended, in words. Pure. */
import type { Ending } from '../wire/messages.ts';

/** Lines of a stream that are shown as evidence. */
const SHOWN = 8;

/** Which limit ended box, as a sentence. */
export const limitWords: Record<NonNullable<Ending['limit']>, string> = {
  timeout: 'box ran for longer than it may',
  memory: 'box and what it started used more memory than the sandbox has',
  pids: 'box and what it started made more processes than the sandbox allows',
  output: 'box and what it started wrote more output than is kept',
  disk: 'box and what it started filled the disk of the sandbox',
};

/** `exited with status 1`, `killed by SIGKILL`. */
export function endingWords(ending: Ending): string {
  return ending.signal === null ? `exited with status ${ending.code}` : `killed by ${ending.signal}`;
}

/** `box has exited with status 1`, `box was killed by SIGKILL`, `box still runs`. */
export function boxNow(ending: Ending | undefined): string {
  if (ending === undefined) return 'box still runs';
  return `box ${ending.signal === null ? 'has' : 'was'} ${endingWords(ending)}`;
}

/** The lines of a text that say why a program stopped: the end of it, or the beginning of an error that Node printed. */
export function telling(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd()).filter((line) => line !== '');
  const thrown = lines.findLastIndex((line) => /^(?:Uncaught )?\w*Error\b/.test(line));
  return thrown === -1 ? lines.slice(-SHOWN) : lines.slice(thrown, thrown + SHOWN);
}

/** The one line that says most: what box says in its own name, an error, or else the last one. */
export function tellingLine(text: string): string {
  const lines = telling(text);
  return lines.findLast((line) => line.startsWith('box: ')) ?? (/Error\b/.test(lines[0] ?? '') ? lines[0] : lines.at(-1)) ?? '';
}
