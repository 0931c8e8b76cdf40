/** The terminal as the effects see it: who draws on it steps aside while somebody else has it. */

export type Stage = {
  /** Set by the screen while it is up: restores the terminal, runs `work`, and draws again. */
  stepAside: ((work: () => void | Promise<void>) => Promise<void>) | undefined;
};

export const createStage = (): Stage => ({ stepAside: undefined });

/** Runs `work` with the terminal to itself. Where nothing is drawn (the linear mode) there is nothing to step aside. */
export async function alone(stage: Stage, work: () => void | Promise<void>): Promise<void> {
  await (stage.stepAside ? stage.stepAside(work) : work());
}
