/**
 * `npm run bench`: the budgets of the design, each as a ratio or a figure of one run. Exits 1 where one is missed.
 *
 *   npm run bench              everything
 *   npm run bench -- boot      one of: frame xray boot verdict here start grade; with --json as JSON
 */
import { boot } from './boot.ts';
import { firstFrame } from './frame.ts';
import { grading } from './grade.ts';
import { here } from './here.ts';
import { print, type Row } from './measure.ts';
import { startUp } from './start.ts';
import { verdict } from './verdict.ts';
import { openXray } from './xray.ts';

const measurements: Record<string, () => Promise<Row[]>> = { frame: firstFrame, xray: openXray, boot, verdict, here, start: startUp, grade: grading };

const words = process.argv.slice(2);
const json = words.includes('--json');
const asked = words.filter((word) => word !== '--json');
const unknown = asked.find((name) => !(name in measurements));
if (unknown !== undefined) {
  console.error(`drydock: there is no measurement ${unknown}; there are ${Object.keys(measurements).join(', ')}`);
  process.exit(2);
}

const rows: Row[] = [];
for (const [name, measure] of Object.entries(measurements)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`measuring ${name} …`);
  rows.push(...await measure());
}
if (json) console.log(JSON.stringify(rows));
else print(rows);
process.exit(rows.every((row) => row.holds) ? 0 : 1);
