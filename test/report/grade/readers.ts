/** Strict readers of what the formats write: any slip of a writer is an error here. */

/** RFC 4180: records end with CR LF; a quote stands only in a quoted field, doubled. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/y;
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const found = field.exec(text);
    if (!found) throw new Error(`no field at ${JSON.stringify(text.slice(at, at + 40))}`);
    const [, raw = '', end] = found;
    row.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  if (row.length > 0) throw new Error('the last record has no end');
  const [header] = rows;
  for (const one of rows) if (one.length !== header?.length) throw new Error(`${one.length} fields where the header has ${header?.length}`);
  return rows;
}

/** What a person typed, of a cell in which a spreadsheet must not see a formula. */
export function unneutralised(cell: string): string {
  return /^'+\s*[=+\-@＝＋－＠]/u.test(cell) ? cell.slice(1) : cell;
}

export type TapPoint = { ok: boolean; description: string; skip: string | undefined; yaml: Record<string, string>; subtests: TapPoint[]; comments: string[] };

/** TAP 14: version, plans that count, numbers in order, YAML blocks of JSON strings, subtests indented by four. */
export function readTap(text: string): { points: TapPoint[]; comments: string[] } {
  const lines = text.split('\n');
  if (lines.shift() !== 'TAP version 14') throw new Error('no version');
  if (lines.pop() !== '') throw new Error('no end of line');
  return level(lines);
}

function level(lines: readonly string[]): { points: TapPoint[]; comments: string[] } {
  const [plan = '', ...rest] = lines;
  const count = Number(/^1\.\.(\d+)$/.exec(plan)?.[1] ?? NaN);
  const points: TapPoint[] = [];
  const comments: string[] = [];
  let below: string[] = [];
  let name: string | undefined;
  for (let at = 0; at < rest.length; at++) {
    const line = rest[at] ?? '';
    if (line.startsWith('    ')) { below.push(line.slice(4)); continue; }
    if (line.startsWith('# Subtest: ')) { name = line.slice(11); continue; }
    if (line.startsWith('#')) { comments.push(line.slice(2)); continue; }
    if (line === '  ---') {
      const yaml = points.at(-1)?.yaml;
      if (!yaml || below.length > 0) throw new Error('a block of nothing');
      for (at++; rest[at] !== '  ...'; at++) {
        const [, key = '', value = ''] = /^  ([a-z]+): (".*")$/.exec(rest[at] ?? '') ?? [];
        if (key === '') throw new Error(`not YAML: ${rest[at]}`);
        yaml[key] = JSON.parse(value) as string;
      }
      continue;
    }
    const found = /^(ok|not ok) (\d+) - ((?:[^#\\]|\\[#\\])*?)(?: # SKIP (.*))?$/.exec(line);
    if (!found) throw new Error(`no point: ${line}`);
    if (Number(found[2]) !== points.length + 1) throw new Error(`number ${found[2]} at ${points.length + 1}`);
    if (name !== undefined && name !== found[3]) throw new Error('a subtest of another name');
    const inner = below.length > 0 ? level(below) : { points: [], comments: [] };
    points.push({ ok: found[1] === 'ok', description: (found[3] ?? '').replace(/\\([#\\])/g, '$1'), skip: found[4], yaml: {}, subtests: inner.points, comments: inner.comments });
    below = [];
    name = undefined;
  }
  if (points.length !== count || below.length > 0) throw new Error(`${points.length} points where the plan says ${plan}`);
  return { points, comments };
}
