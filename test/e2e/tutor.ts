/** Starts the real program in a terminal, with a workspace of its own, and leaves nothing behind. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TerminalOptions, Terminal } from './terminal.ts';

export const root = path.resolve(import.meta.dirname, '../..');
export const node = path.join(root, 'node_modules/.bin/node');
export const program = path.join(root, 'bin/drydock.mjs');

/** A folder that is gone afterwards; its name has a space and a letter beyond ASCII, as a learner's may. */
export class Workspace implements Disposable {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock e2e ü '));

  file(name: string): string {
    return path.join(this.folder, 'box', name);
  }

  /** Puts the reference solution's files into the box. */
  solve(lesson: string): void {
    fs.cpSync(path.join(root, 'lessons', lesson, 'solution'), path.join(this.folder, 'box'), { recursive: true });
  }

  /** The reference with one of the lesson's named mistakes in it. */
  mistake(lesson: string, name: string): void {
    this.solve(lesson);
    fs.cpSync(path.join(root, 'lessons', lesson, 'mistakes', name), path.join(this.folder, 'box'), { recursive: true });
  }

  [Symbol.dispose](): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A kernel ends this long after its last client has left, in milliseconds. */
export const DRYDOCK_IDLE_MS = '2000';

export type TutorOptions = TerminalOptions & { args?: readonly string[] };

/** The tutor, as `npm start` starts it. Its kernel ends when it is left. */
export function startTutor(workspace: Workspace, { args = [], env = {}, ...options }: TutorOptions = {}): Terminal {
  return new Terminal([node, program, '--workspace', workspace.folder, ...args], { ...options, env: { DRYDOCK_IDLE_MS, ...env } });
}

/** In a shell, that says afterwards how it ended and how the terminal was left. */
export function startInShell(workspace: Workspace, options: TutorOptions = {}): Terminal {
  const script = `echo before; "$@"; echo "exit=$?"; stty -a | tr ';' '\\n' | grep -E -o -- '-?(icanon|echo|isig)\\b' | tr '\\n' ' '; echo; echo after`;
  const argv = ['sh', '-c', script, 'sh', node, program, '--workspace', workspace.folder, ...(options.args ?? [])];
  return new Terminal(argv, { ...options, env: { DRYDOCK_IDLE_MS, ...options.env } });
}
