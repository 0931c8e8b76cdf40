/** Waits until what was started in the sandbox is a container that can be looked at. Shared by the tutor and `drydock xray`. */
import type { RunHandle, Sandbox } from '../../check/types.ts';
import type { Ending, Xray } from '../../check/wire.ts';
import { t } from '../strings.ts';

/** How long a container may take to run the command it was asked for, in milliseconds; then what there is is shown. */
const PATIENCE = 8_000;

/** Between two looks, in milliseconds. */
const PAUSE = 120;

/**
 * Looks until the command that stands after the first `--` of `argv` runs below the one that was started, since until then one
 * would see a half-made container. Without a container in the answer: it ended before.
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
    const settled = xray.container !== null && xray.container.pid !== pid && runs(xray, command);
    // What lesson 1 makes is no container: then it is box, with the command below it.
    const plain = xray.container?.pid === pid && runs(xray, command);
    if (settled || plain || over || signal?.aborted === true || Date.now() > deadline) return over ? { ...xray, container: null } : xray;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** The words of the command, as they are shown of a process. */
function commandIn(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--');
  return at < 0 ? undefined : argv.slice(at + 1).find((word) => word !== '');
}

/** Whether a process of the container begins with that word: what it is called there may have a path before it. */
function runs({ container }: Xray, program: string | undefined): boolean {
  if (program === undefined || !container) return container !== null;
  const name = program.slice(program.lastIndexOf('/') + 1);
  return container.processes.some(({ member, command }) => {
    const first = command.split(' ', 1)[0] ?? '';
    return member && first.slice(first.lastIndexOf('/') + 1) === name;
  });
}

/** `exit status 3`, `ended by SIGKILL`. */
export function endingWords({ code, signal }: Ending): string {
  return signal === null ? t.xray.empty.status(code ?? 0) : t.xray.empty.signal(signal);
}
