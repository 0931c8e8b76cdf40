/** `drydock shell`: a shell inside the sandbox, with my box as the command `box`. */
import fs from 'node:fs';
import path from 'node:path';
import { SandboxError } from '../check/sandbox.ts';
import { readBox } from '../check/workspace.ts';
import { Exit } from '../errors.ts';
import { attach, statusOf } from './attach.ts';
import { sandboxLost } from './box.ts';
import type { Command } from './command.ts';
import { chosenKernel, kernelOption } from './kernel-option.ts';
import { sayState } from './say-state.ts';

export const command: Command = {
  name: 'shell',
  summary: 'a shell inside the sandbox',
  usage: ['shell [--kernel auto|uml|here]'],
  options: { kernel: kernelOption },
  description: [
    'You are root of the sandbox, not of this machine. Your box is there as the command `box`, and what a check says it did can be pasted. '
    + 'The sandbox lasts from one shell to the next. `exit` or Ctrl-D leaves; Ctrl-] leaves when nothing else helps. '
    + 'Without a terminal the shell reads its commands from standard input.',
  ],
  examples: [
    { type: 'drydock shell', does: 'look around' },
    { type: "echo 'box run -- id' | drydock shell", does: 'run a script' },
  ],
  most: 0,
  run: async (context) => {
    // A shell is of use before there is a box, too.
    const box = fs.existsSync(path.join(context.workspace, 'box')) ? readBox(context.workspace) : [];
    const sandbox = context.openSandbox({ root: context.root, workspace: context.workspace, kernel: chosenKernel(context) });
    const stop = sayState(context, sandbox);
    try {
      const ended = await attach(context, sandbox, { argv: ['bash'], box, cwd: '/work' });
      return ended === 'left' ? Exit.done : statusOf(ended.ending);
    } catch (error) {
      throw error instanceof SandboxError ? sandboxLost(error) : error;
    } finally {
      stop();
      await sandbox.close();
    }
  },
};
