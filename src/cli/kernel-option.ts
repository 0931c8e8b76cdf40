/** `--kernel`, as every command has it that needs one. */
import type { KernelChoice } from '../check/types.ts';
import { UserError } from '../errors.ts';
import { nearest } from '../lesson/nearest.ts';
import type { Context, OptionSpec } from './command.ts';

const choices: readonly KernelChoice[] = ['auto', 'uml', 'here'];

export const kernelOption: OptionSpec = {
  type: 'string', value: 'KIND', help: 'which kernel judges: auto, uml (a private one) or here (this machine\'s own)',
};

/** Which kernel was asked for; `auto` without the option. Throws UserError for one that is not known. */
export function chosenKernel(context: Pick<Context, 'values'>): KernelChoice {
  const named = context.values['kernel'] ?? 'auto';
  const choice = choices.find((one) => one === named);
  if (choice) return choice;
  throw new UserError(`There is no kernel "${String(named)}".`, { next: [`--kernel is one of ${choices.join(', ')}.`, ...nearest(String(named), choices).map((near) => `Did you mean ${near}?`)] });
}
