/** `drydock xray --watch`: looks again every second. On a terminal the picture is drawn over itself; in a pipe one follows the other. */
import type { Xray } from '../check/wire.ts';
import { Exit } from '../errors.ts';
import { t } from '../tui/strings.ts';
import { splitAt } from '../tui/text/width.ts';
import { type History, noHistory, remember } from '../tui/xray/history.ts';
import type { Context } from './command.ts';

/** Milliseconds from one look to the next. */
const EVERY = 1000;

export type Watched = {
  first: Xray;
  again: (history: History) => Promise<{ xray: Xray; history: History }>;
  json: boolean;
  text: (xray: Xray, history: History) => string[];
};

/** Until the container has ended, Ctrl-C, or q. */
export async function watching(context: Context, { first, again, json, text }: Watched): Promise<number> {
  using screen = context.interactive && !json ? new Screen(context) : undefined;
  let [xray, history] = [first, remember(noHistory, first)];
  while (xray.container) {
    const lines = text(xray, history);
    if (screen) screen.draw(lines);
    else context.print(json ? lines.join('\n') : `${lines.join('\n')}\n`);
    await Promise.race([pause(EVERY, context.signal), ...(screen ? [screen.leaving] : [])]);
    if (context.signal.aborted || screen?.left === true) break;
    ({ xray, history } = await again(history));
  }
  return Exit.done;
}

/** The alternate screen, drawn from its upper left corner; nothing is cleared before it is written, so nothing flickers. */
class Screen implements Disposable {
  left = false;
  readonly leaving: Promise<void>;
  readonly #context: Context;
  readonly #typed: (chunk: Buffer | string) => void;

  constructor(context: Context) {
    this.#context = context;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.leaving = promise;
    this.#typed = (chunk) => {
      if (!/[q\u0003\u001B]/.test(chunk.toString())) return;
      this.left = true;
      resolve();
    };
    context.stdin.setRawMode?.(true);
    context.stdin.on('data', this.#typed);
    context.stdin.resume();
    // Alternate screen, no cursor.
    context.stdout.write('\u001B[?1049h\u001B[?25l\u001B[2J');
  }

  draw(lines: readonly string[]): void {
    const { rows = 24, columns = 80 } = this.#context.stdout;
    const room = rows - 1;
    const shown = lines.length > room ? lines.slice(0, room - 1) : lines;
    const foot = lines.length > room ? `${t.xray.command.more(lines.length - shown.length)} · ${t.xray.command.watching}` : t.xray.command.watching;
    // Every line is cleared after what it has (EL), and all below the last (ED).
    this.#context.stdout.write(`\u001B[H${[...shown, foot].map((line) => `${splitAt(line, columns)[0]}\u001B[K`).join('\r\n')}\u001B[J`);
  }

  [Symbol.dispose](): void {
    const { stdin, stdout } = this.#context;
    stdin.off('data', this.#typed);
    stdin.pause();
    stdin.setRawMode?.(false);
    stdout.write('\u001B[?25h\u001B[?1049l');
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
