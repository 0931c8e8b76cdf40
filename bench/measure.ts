/** Repeating, sorting, printing: what every measurement here has in common. */

/** Milliseconds of several runs, after one that is not counted. */
export async function repeat(runs: number, once: () => Promise<number>): Promise<number[]> {
  await once();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await once());
  return times;
}

/** Several things in turn, A B A B …, so that a machine that slows down slows all. Milliseconds of each. */
export async function inTurn<T extends (() => Promise<number>)[]>(runs: number, ...things: T): Promise<{ [K in keyof T]: number[] }> {
  for (const thing of things) await thing();
  const times = things.map((): number[] => []);
  for (let run = 0; run < runs; run++) for (const [index, thing] of things.entries()) times[index]!.push(await thing());
  return times as { [K in keyof T]: number[] };
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
    console.log(`${what.padEnd(widths[0])}  ${figure.padEnd(widths[1])}  ${budget.padEnd(widths[2])}  ${budget === '' ? '' : holds ? 'holds' : 'MISSED'}`);
  }
}

export const ms = (value: number): string => `${Math.round(value)} ms`;
export const mb = (kilobytes: number): string => `${Math.round(kilobytes / 1024)} MB`;
