/** Waits until what was started in the sandbox is a container that can be looked at. Shared by the tutor and `drydock xray`. */
import type { RunHandle, Sandbox } from '../../check/types.ts';
import { type Ending, type Xray, commandLine } from '../../check/wire.ts';
import { t } from '../strings.ts';

/** How long a container may take to run the command it was asked for, in milliseconds; then what there is is shown. */
const PATIENCE = 8_000;

/** Between two looks, in milliseconds. */
const PAUSE = 120;

/**
 * Looks until the command that stands after the first `--` of `argv` runs, since until then one would see a half-made container.
 * (In lesson 1, where there is none, it is box that is shown, with the command below.) No container in the answer: it ended.
 */
export async function awaitContainer(sandbox: Sandbox, handle: Pick<RunHandle, 'started' | 'ended'>, argv: readonly string[], signal?: AbortSignal): Promise<Xray> {
  let over = false;
  handle.ended.then(() => (over = true), () => (over = true));
  const pid = await handle.started;
  const of = pid === undefined ? 'nothing' : String(pid);
  const command = commandIn(argv);
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const xray = await sandbox.xray(of);
    if (runs(xray, command) || over || signal?.aborted === true || Date.now() > deadline) return over ? { ...xray, container: null } : xray;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** The command as the kernel will have it, on one line; undefined where it cannot be told. */
function commandIn(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--');
  return at < 0 || at === argv.length - 1 ? undefined : commandLine(argv.slice(at + 1));
}

function runs({ container }: Xray, command: string | undefined): boolean {
  if (command === undefined || !container) return container !== null;
  return container.processes.some((process) => process.member && process.command === command);
}

/** `exit status 3`, `ended by SIGKILL`. */
export function endingWords({ code, signal }: Ending): string {
  return signal === null ? t.xray.empty.status(code ?? 0) : t.xray.empty.signal(signal);
}
