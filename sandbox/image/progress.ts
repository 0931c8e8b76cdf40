/** How the set-up says what it does: steps with amounts, and lines that stay. */

/** One step under way: what, and how much of it in the unit `what` names. */
export type Step = { what: string; done?: number; total?: number };

/** Where progress goes. `note` is one line worth keeping. */
export type Progress = { step(step: Step): void; note(line: string): void };

/** Drops everything. */
export const silent: Progress = { step() {}, note() {} };

/** "fetching 42 of 78 MB" → "fetching (42 of 78 MB)": a step in words. */
export function describeStep({ what, done, total }: Step): string {
  if (done === undefined) return what;
  return total === undefined ? `${what}: ${done}` : `${what}: ${done} of ${total}`;
}

/**
 * Progress for a person: on a terminal one line that is rewritten, elsewhere one line for each step begun and ended.
 * `end` finishes the line on a terminal.
 */
export function progressTo(stream: { isTTY?: boolean; columns?: number; write(text: string): unknown }): Progress & { end(): void } {
  if (!stream.isTTY) return plainLines(stream);
  let open = false;
  const wipe = () => {
    if (open) stream.write('\r\x1b[K');
    open = false;
  };
  return {
    step(step) {
      wipe();
      stream.write(describeStep(step).slice(0, (stream.columns ?? 80) - 1));
      open = true;
    },
    note(line) {
      wipe();
      stream.write(`${line}\n`);
    },
    end: wipe,
  };
}

/** For logs: every step once when it begins, and again when it is complete, so that the log tells what took long. */
function plainLines(stream: { write(text: string): unknown }): Progress & { end(): void } {
  let current = '';
  let complete = false;
  return {
    step(step) {
      const finished = step.done !== undefined && step.done === step.total;
      if (step.what === current && (!finished || complete)) return;
      if (step.what !== current || finished) stream.write(`${describeStep(step)}\n`);
      current = step.what;
      complete = finished;
    },
    note(line) {
      stream.write(`${line}\n`);
    },
    end() {},
  };
}
