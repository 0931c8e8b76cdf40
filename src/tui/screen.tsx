/** The full screen: ink, the alternate screen, and what happens to it when things go wrong. */
import { render } from 'ink';
import { BugError, type ExitCode } from '../errors.ts';
import { holdBack } from './hold-back.ts';
import type { Stage } from './stage.ts';
import type { Store } from './store.ts';
import type { TutorStreams } from './options.ts';
import type { Paint } from './theme.ts';
import { App } from './views/app.tsx';

export type ScreenOptions = {
  store: Store;
  stage: Stage;
  paint: Paint;
  streams: TutorStreams;
  /** Called once the first frame is on the screen. */
  shown: () => void;
};

/**
 * Draws until the tutor is left. The terminal is as it was before when this settles, whatever happened.
 *
 * Rejects with BugError where a view threw, or anything else of ours did.
 */
export async function runScreen({ store, stage, paint, streams, shown }: ScreenOptions): Promise<ExitCode> {
  const { stdin, stdout, stderr } = streams;
  const tree = <App store={store} stage={stage} paint={paint} />;
  const crashed = Promise.withResolvers<never>();
  using _stderr = holdBack(stderr);
  // Before the first frame: ink does it after, and a Ctrl-C in between would be a signal to everything in the foreground.
  stdin.setRawMode?.(true);
  const screen = render(tree, {
    stdin, stdout, stderr,
    exitOnCtrlC: false,
    // A CI variable, even an empty one, would make ink write the last frame only.
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    patchConsole: false,
  });
  using _crash = onCrash((error) => crashed.reject(error));
  using _resize = onResize(stdout, () => {
    store.dispatch({ type: 'resized', size: sizeOf(stdout) });
    // At once, and before ink's own listener, which would draw the old frame at the new size.
    screen.rerender(tree);
  });
  const unsubscribe = store.subscribe((state) => {
    if (state.leaving !== undefined) screen.unmount();
  });
  try {
    const left = screen.waitUntilExit();
    void screen.waitUntilRenderFlush().then(shown);
    await Promise.race([left, crashed.promise]);
    return store.state.leaving ?? 0;
  } catch (cause) {
    throw cause instanceof BugError ? cause : new BugError(`the tutor broke: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    unsubscribe();
    screen.unmount();
    stopReading(stdin);
  }
}

/** ink stops listening, but Node goes on reading; keys that are typed while the rest of the tutor ends are the shell's. */
function stopReading(stdin: TutorStreams['stdin']): void {
  // Only a stream that flows can be paused, and only the pause takes its hands off the terminal.
  stdin.resume();
  stdin.pause();
  stdin.setRawMode?.(false);
}

/** The terminal's size in cells; 80×24 where it does not know (a serial line may say 0×0). */
export function sizeOf(stdout: { columns?: number; rows?: number }): { columns: number; rows: number } {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}

/**
 * What nobody caught ends the screen first: printed now, by Node or by whoever listens, it would stand on the alternate screen
 * and vanish with it. Whoever listened before listens again afterwards.
 */
function onCrash(report: (error: unknown) => void): Disposable {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.listeners(event as 'uncaughtException'));
  for (const event of events) {
    process.removeAllListeners(event);
    process.on(event, report);
  }
  return {
    [Symbol.dispose]() {
      events.forEach((event, index) => {
        process.off(event, report);
        for (const listener of before[index] ?? []) process.on(event as 'uncaughtException', listener);
      });
    },
  };
}

function onResize(stdout: TutorStreams['stdout'], resized: () => void): Disposable {
  stdout.prependListener('resize', resized);
  return { [Symbol.dispose]: () => void stdout.off('resize', resized) };
}
