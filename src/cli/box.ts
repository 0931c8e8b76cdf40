/** `drydock box …`: my box, in the sandbox, on this terminal. */
import { SandboxError } from '../check/sandbox.ts';
import { readBox } from '../check/workspace.ts';
import { Exit, UserError } from '../errors.ts';
import { attach, statusOf } from './attach.ts';
import type { Command } from './command.ts';
import { chosenKernel, kernelOption } from './kernel-option.ts';
import { sayState } from './say-state.ts';

export const command: Command = {
  name: 'box',
  summary: 'run your box in the sandbox, on this terminal',
  usage: ['box [--kernel auto|uml|here] ARGUMENT…'],
  options: { kernel: kernelOption },
  description: [
    'Copies your box into the sandbox and starts it there with these arguments. Its input, output and exit status are passed through. '
    + 'The sandbox lasts: what one call leaves there, the next one finds.',
  ],
  examples: [
    { type: 'drydock box run -- sh', does: 'a shell in a container of your own' },
    { type: 'drydock box ps', does: 'what your box says is running' },
  ],
  passesOn: true,
  run: async (context) => {
    const sandbox = context.openSandbox({ root: context.root, workspace: context.workspace, kernel: chosenKernel(context) });
    const stop = sayState(context, sandbox);
    try {
      const ended = await attach(context, sandbox, { argv: ['box', ...context.positionals], box: readBox(context.workspace), cwd: '/work' });
      return ended === 'left' ? Exit.interrupted : statusOf(ended.ending);
    } catch (error) {
      throw error instanceof SandboxError ? sandboxLost(error) : error;
    } finally {
      stop();
      await sandbox.close();
    }
  },
};

/** The sandbox ended before the command did. */
export function sandboxLost(error: SandboxError): UserError {
  return new UserError(`The sandbox ended: ${error.message}`, {
    next: ['Run it again: a kernel that was lost is replaced.', 'drydock doctor   says what works here'],
    exit: error.reason === 'usage' ? Exit.usage : Exit.bug,
    cause: error,
  });
}
