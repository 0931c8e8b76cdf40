import { useApp } from 'ink';
import { useEffect } from 'react';
import type { Stage } from '../stage.ts';

/** Lets the stage ask ink to step aside for an editor, a shell or a suspended job. */
export function useHandOver(stage: Stage): void {
  const { suspendTerminal } = useApp();
  useEffect(() => {
    stage.stepAside = async (work) => suspendTerminal(work);
    return () => {
      stage.stepAside = undefined;
    };
  }, [stage, suspendTerminal]);
}
