import { useApp, useStdout } from 'ink';
import { useEffect } from 'react';
import type { Stage } from '../stage.ts';

/** Lets the stage ask ink to step aside for an editor, a shell or a suspended job. */
export function useHandOver(stage: Stage): void {
  const { suspendTerminal } = useApp();
  const { stdout } = useStdout();
  useEffect(() => {
    stage.stepAside = async (work) => suspendTerminal(async () => {
      try {
        await work();
      } finally {
        // ink draws from where the cursor is left: in the middle of a line, its first one would not fit.
        stdout.write('\r');
      }
    });
    return () => {
      stage.stepAside = undefined;
    };
  }, [stage, stdout, suspendTerminal]);
}
