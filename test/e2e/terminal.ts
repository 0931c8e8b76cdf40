/**
 * A real pseudo-terminal with a screen model behind it: what a program draws is what a person would see.
 *
 * Nothing here waits for time; everything waits for what is on the screen.
 */
import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

export type TerminalOptions = { columns?: number; rows?: number; env?: Record<string, string>; cwd?: string };

/** A cell of the screen as it is shown. */
export type Cell = { text: string; width: number; bold: boolean; dim: boolean; italic: boolean; underline: boolean; inverse: boolean; foreground: Color; background: Color };
/** `default`, an index of the palette, or a value like 0xff8800. */
export type Color = { kind: 'default' } | { kind: 'palette'; index: number } | { kind: 'rgb'; value: number };

const keys: Record<string, string> = {
  enter: '\r', tab: '\t', 'shift-tab': '\u001B[Z', esc: '\u001B', up: '\u001B[A', down: '\u001B[B', right: '\u001B[C', left: '\u001B[D', pageup: '\u001B[5~', pagedown: '\u001B[6~', home: '\u001B[H', end: '\u001B[F',
  backspace: '\u007F', 'ctrl-c': '\u0003', 'ctrl-d': '\u0004', 'ctrl-l': '\u000C', 'ctrl-z': '\u001A', 'ctrl-]': '\u001D',
};

export class Terminal implements AsyncDisposable {
  readonly #pty: pty.IPty;
  readonly #screen: xterm.Terminal;
  readonly #watchers = new Set<() => void>();
  #raw = '';
  /** How the program ended. */
  readonly ended: Promise<{ code: number; signal: number | undefined }>;
  #alive = true;

  constructor(argv: readonly string[], { columns = 80, rows = 24, env = {}, cwd = process.cwd() }: TerminalOptions = {}) {
    const [file = '', ...args] = argv;
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 2000 });
    // The library sets TERM to the name, whatever the environment says.
    const name = env['TERM'] ?? 'xterm-256color';
    this.#pty = pty.spawn(file, args, { name, cols: columns, rows, cwd, env: { ...cleanEnvironment(), ...env } });
    this.#pty.onData((data) => {
      this.#raw += data;
      // The model parses a little later; only then is there something new to look at.
      this.#screen.write(data, () => this.#notify());
    });
    // What a program asks its terminal (cursor position, attributes), the model answers.
    this.#screen.onData((answer) => this.#alive && this.#pty.write(answer));
    const { promise, resolve } = Promise.withResolvers<{ code: number; signal: number | undefined }>();
    this.ended = promise;
    this.#pty.onExit(({ exitCode, signal }) => {
      this.#alive = false;
      // Bytes that were written last may still be on their way through the model.
      this.#screen.write('', () => {
        this.#notify();
        resolve({ code: exitCode, signal });
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Every byte the program has written. */
  get raw(): string {
    return this.#raw;
  }

  /** True while the alternate screen is shown. */
  get alternate(): boolean {
    return this.#screen.buffer.active.type === 'alternate';
  }

  /** True where the last word about the cursor was to hide it (DECTCEM). */
  get cursorHidden(): boolean {
    return this.#raw.lastIndexOf('\u001B[?25l') > this.#raw.lastIndexOf('\u001B[?25h');
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.#screen.cols, rows: this.#screen.rows };
  }

  /** The rows of the screen, without spaces at their ends. */
  lines(): string[] {
    const { active } = this.#screen.buffer;
    return Array.from({ length: this.#screen.rows }, (_, row) => active.getLine(active.viewportY + row)?.translateToString(true, 0, this.#screen.cols).trimEnd() ?? '');
  }

  text(): string {
    return this.lines().join('\n');
  }

  cells(row: number): Cell[] {
    const { active } = this.#screen.buffer;
    const line = active.getLine(active.viewportY + row);
    return Array.from({ length: this.#screen.cols }, (_, column): Cell => {
      const cell = line?.getCell(column);
      return {
        text: cell?.getChars() ?? '', width: cell?.getWidth() ?? 1,
        bold: !!cell?.isBold(), dim: !!cell?.isDim(), italic: !!cell?.isItalic(), underline: !!cell?.isUnderline(), inverse: !!cell?.isInverse(),
        foreground: !cell || cell.isFgDefault() ? { kind: 'default' } : cell.isFgRGB() ? { kind: 'rgb', value: cell.getFgColor() } : { kind: 'palette', index: cell.getFgColor() },
        background: !cell || cell.isBgDefault() ? { kind: 'default' } : cell.isBgRGB() ? { kind: 'rgb', value: cell.getBgColor() } : { kind: 'palette', index: cell.getBgColor() },
      };
    });
  }

  /** Types text as it is, in one write. */
  type(text: string): void {
    this.#pty.write(text);
  }

  /** Presses keys by name (`enter`, `ctrl-c`, `j`), one after the other. */
  press(...names: readonly string[]): void {
    for (const name of names) this.#pty.write(keys[name] ?? name);
  }

  /** As a terminal sends a paste where the program asked for marks. */
  paste(text: string): void {
    this.#pty.write(`\u001B[200~${text}\u001B[201~`);
  }

  resize(columns: number, rows: number): void {
    // The model first: what the program draws for the new size must find the new size.
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  kill(signal: string): void {
    this.#pty.kill(signal);
  }

  /** Resolves when the screen shows what is asked for; the error has the screen in it. */
  async shows(wanted: string | RegExp | ((terminal: this) => boolean), timeout = 30_000): Promise<void> {
    const holds = (): boolean => {
      if (typeof wanted === 'function') return wanted(this);
      return typeof wanted === 'string' ? this.text().includes(wanted) : wanted.test(this.text());
    };
    if (holds()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = (): void => {
      if (holds()) resolve();
    };
    const timer = setTimeout(() => reject(new Error(`the screen does not show ${String(wanted)} after ${timeout} ms:\n${this.text()}`)), timeout);
    this.#watchers.add(check);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(check);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#alive) this.#pty.kill('SIGKILL');
    await this.ended;
    this.#screen.dispose();
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** What a person's shell would hand over, and nothing of the test runner's. */
function cleanEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'USER', 'SHELL', 'TMPDIR', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR', 'DRYDOCK_CACHE'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
