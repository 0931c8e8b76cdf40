/** The way for machines that cannot run the private kernel: explains it, and brings the virtual machine up for whoever says yes. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import readline from 'node:readline/promises';
import { runInPlace } from './pinned.mjs';
import { note, SetupError } from './say.mjs';

const systems = new Map([['darwin', 'macOS'], ['win32', 'Windows'], ['linux', 'Linux']]);

/** Whether the tutor asked for here (`args`) can only be had in the virtual machine. @param {string[]} args */
export function needsVm(args) {
  if (process.platform === 'linux' && (process.arch === 'x64' || fs.existsSync('/etc/drydock-vm'))) return false;
  const tutor = args[0] === undefined || args[0].startsWith('-');
  const other = args.some((word) => /^(--help|-h|--version|-V|--kernel.*)$/.test(word)); // which no machine is needed for, or who knows better
  return tutor && !other;
}

/**
 * Says why, and offers to go there, where Vagrant is installed and somebody can answer. Ends as the shell in the machine ends.
 * @param {string} root the checkout @param {boolean} canRead whether the commands run here @returns {Promise<number>}
 */
export async function openInVm(root, canRead) {
  const here = `${systems.get(process.platform) ?? process.platform} on ${process.arch}`;
  const vagrant = version();
  const why = `Drydock judges with a Linux kernel of its own, which needs x86-64 Linux; this is ${here}.`;
  const reading = canRead ? ['the lessons can be read here: npx drydock read 1'] : [];
  if (!vagrant) {
    throw new SetupError(why, [
      'the same tutor runs in a virtual machine: install Vagrant (2.4 or newer) and what it shall use, VirtualBox for one',
      'then run npm start again, or: vagrant up && vagrant ssh', ...reading,
    ]);
  }
  const way = 'the same tutor runs in a virtual machine: vagrant up, then vagrant ssh (which opens it)';
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw new SetupError(why, [way, ...reading]);
  note(why);
  note(`The same tutor runs in a virtual machine, and ${vagrant} is installed. (The first time fetches about 1 GB.)`);
  if (!(await agrees('Bring it up now? [Y/n] '))) {
    note(['Whenever you like: vagrant up, then vagrant ssh (which opens the tutor).', ...reading].join('\n'));
    return 3;
  }
  // Vagrant looks for its file in the folder it is started in.
  process.chdir(root);
  const up = await runInPlace('vagrant', ['up'], process.env);
  if (up !== 0) {
    throw new SetupError(`The virtual machine did not come up (vagrant ended with ${up}).`, [
      'what Vagrant says above is the reason; docs/workshop.md has the usual ones', 'run npm start again: what is done is not done twice',
    ]);
  }
  return runInPlace('vagrant', ['ssh'], process.env);
}

/** "Vagrant 2.4.9", or null where it is not installed. */
function version() {
  try {
    return execFileSync('vagrant', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

/** Enter is a yes; the end of the input (Ctrl-D) and Ctrl-C are a no. @param {string} question */
async function agrees(question) {
  const lines = readline.createInterface({ input: process.stdin, output: process.stdout });
  const left = new Promise((resolve) => lines.once('close', () => resolve('no')));
  try {
    const answer = await Promise.race([lines.question(question), left]);
    return /^\s*(y(es)?)?\s*$/i.test(answer);
  } finally {
    lines.close();
  }
}
