/** Repeating, sorting, printing: what every measurement here has in common. */

/** Milliseconds of several runs, after one that is not counted. */
export async function repeat(runs: number, once: () => Promise<number>): Promise<number[]> {
  await once();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await once());
  return times;
}

/** Two things in turn, A B A B …, so that a machine that slows down slows both. Milliseconds of each. */
export async function inTurn(runs: number, a: () => Promise<number>, b: () => Promise<number>): Promise<[number[], number[]]> {
  await a();
  await b();
  const times: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run++) {
    times[0].push(await a());
    times[1].push(await b());
  }
  return times;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** One line of the table: what was measured, the figure, the budget of the design, and whether it holds. */
export type Row = { what: string; figure: string; budget: string; holds: boolean };

export function print(rows: readonly Row[]): void {
  const widths = [Math.max(...rows.map((row) => row.what.length)), Math.max(...rows.map((row) => row.figure.length)), Math.max(...rows.map((row) => row.budget.length))] as const;
  for (const { what, figure, budget, holds } of rows) {
    console.log(`${what.padEnd(widths[0])}  ${figure.padEnd(widths[1])}  ${budget.padEnd(widths[2])}  ${holds ? 'holds' : 'MISSED'}`);
  }
}

export const ms = (value: number): string => `${Math.round(value)} ms`;
export const mb = (kilobytes: number): string => `${Math.round(kilobytes / 1024)} MB`;
