/**
 * Opens files in the learner's editor.
 *
 * An editor of the terminal gets the terminal, and the tutor waits: synchronously, because as long as Node's event loop turns it
 * reads from the terminal and takes keys away from the editor. An editor with a window of its own is only started.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Editor = {
  /** A command line for sh(1), as $EDITOR may be one: `code --wait`. */
  command: string;
  /** What it is called: `code`. */
  name: string;
  /** It has a window of its own. */
  window: boolean;
};

/** Looked for in this order where neither $VISUAL nor $EDITOR is set; the first ones need no lesson of their own. */
const usual = ['editor', 'nano', 'micro', 'vim', 'vi', 'emacs -nw'];

const windowed = new Set(['code', 'code-insiders', 'codium', 'vscodium', 'cursor', 'windsurf', 'zed', 'subl', 'sublime_text', 'gedit', 'kate', 'gvim', 'mousepad',
  'xed', 'pluma', 'gnome-text-editor', 'mate', 'idea', 'webstorm', 'fleet', 'lapce']);

/** $VISUAL, $EDITOR, or the first usual one that is installed; undefined where there is none. */
export function chooseEditor(env: Environment, isInstalled: (name: string) => boolean = (name) => onPath(name, env)): Editor | undefined {
  const named = [env['VISUAL'], env['EDITOR']].find((command) => command !== undefined && command.trim() !== '');
  const command = named ?? usual.find((candidate) => isInstalled(programOf(candidate)));
  if (command === undefined) return undefined;
  const name = path.basename(programOf(command));
  return { command, name, window: windowed.has(name) };
}

/** The first word of a command line. */
const programOf = (command: string): string => command.trim().split(/\s+/)[0] ?? '';

function onPath(name: string, env: Environment): boolean {
  return (env['PATH'] ?? '').split(path.delimiter).some((folder) => {
    if (folder === '') return false;
    try {
      fs.accessSync(path.join(folder, name), fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** sh(1) splits the command line as it would have been typed; the files stay whole, whatever is in their names. */
const withFiles = (editor: Editor, files: readonly string[]): [string, string[]] => ['/bin/sh', ['-c', `${editor.command} "$@"`, editor.name, ...files]];

/** Runs an editor of the terminal until it ends. Returns why it could not be run, or undefined. */
export function edit(editor: Editor, files: readonly string[], options: { cwd: string; env: Environment }): string | undefined {
  using _ours = deaf();
  const [file, args] = withFiles(editor, files);
  const { error, status } = spawnSync(file, args, { stdio: 'inherit', cwd: options.cwd, env: { ...options.env } });
  if (error) return error.message;
  // sh(1): 126 and 127 mean that the command could not be run at all.
  return status === 127 ? 'not found' : status === 126 ? 'not executable' : undefined;
}

/** Ctrl-C in the editor goes to every process of the terminal's foreground group, and so to us. It is the editor's alone. */
function deaf(): Disposable {
  const listeners = process.listeners('SIGINT');
  const ignore = (): void => undefined;
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', ignore);
  return {
    [Symbol.dispose]() {
      // A signal that came while the loop stood still is only delivered when it turns again.
      setTimeout(() => {
        for (const listener of listeners) process.on('SIGINT', listener);
        process.off('SIGINT', ignore);
      }, 50);
    },
  };
}

/** Starts an editor that has a window of its own, and lets it go. `failed` is told where it could not be started. */
export function openWindow(editor: Editor, files: readonly string[], options: { cwd: string; env: Environment }, failed: (why: string) => void): void {
  const [file, args] = withFiles(editor, files);
  const child = spawn(file, args, { stdio: 'ignore', cwd: options.cwd, env: { ...options.env }, detached: true });
  child.once('error', (error) => failed(error.message));
  child.once('exit', (status) => {
    if (status === 127) failed('not found');
  });
  child.unref();
}
