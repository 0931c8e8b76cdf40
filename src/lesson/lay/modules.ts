/**
 * Makes `import 'ffi-rs'` and its types resolve for the editor and for `node box.ts` on this machine.
 *
 * Node and TypeScript look for node_modules in every folder above a file. Inside the checkout that finds the workbook's own.
 * A workspace elsewhere gets a link to it, beside box/ and not in it, so that the learner's project stays clean.
 */
import fs from 'node:fs';
import path from 'node:path';
import { boxFolder } from './workspace.ts';

/** Makes the link where it is needed. Returns a sentence for the learner where that was not possible, else null. */
export function linkModules(root: string, workspace: string): string | null {
  if (resolves(boxFolder(workspace))) return null;
  const target = path.join(root, 'node_modules');
  const link = path.join(workspace, 'node_modules');
  try {
    // A link into a checkout that has moved leads nowhere, and resolves nothing: it is ours to renew.
    if (fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() && !fs.existsSync(link)) fs.unlinkSync(link);
    fs.symlinkSync(target, link, 'dir');
    return null;
  } catch (cause) {
    return `Your editor may not find the types of ffi-rs: symlink ${link} failed with ${(cause as NodeJS.ErrnoException).code ?? String(cause)}.`;
  }
}

/** Whether some node_modules above this folder has ffi-rs. */
function resolves(folder: string): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, 'node_modules', 'ffi-rs', 'package.json'))) return true;
    if (at === path.dirname(at)) return false;
  }
}
