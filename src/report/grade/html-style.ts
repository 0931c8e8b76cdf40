/** The class report's looks. Pairs of colours that stand on one another have a contrast of at least 4.5 (a test counts). */

export const palettes = {
  light: {
    ink: '#1b1f24', soft: '#57606a', paper: '#ffffff', shade: '#f3f5f7', rule: '#c3cad1', link: '#0a58b5',
    'good-ink': '#0f5323', 'good-paper': '#e1f3e5', 'bad-ink': '#8c1d18', 'bad-paper': '#fbe9e7', 'warn-ink': '#6b4700', 'warn-paper': '#fdf1d3',
  },
  dark: {
    ink: '#e6e9ed', soft: '#a5aeb8', paper: '#15181c', shade: '#1f242a', rule: '#424b55', link: '#83b8ff',
    'good-ink': '#a3e2b3', 'good-paper': '#15301d', 'bad-ink': '#ffb9b2', 'bad-paper': '#3d1a18', 'warn-ink': '#f3d48a', 'warn-paper': '#362a0e',
  },
} as const;

function variables(palette: Record<string, string>): string {
  return Object.entries(palette).map(([name, value]) => `--${name}: ${value};`).join(' ');
}

export const style = `
:root { color-scheme: light dark; ${variables(palettes.light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(palettes.dark)} } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 76rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--rule); }
h3 { font-size: 1.15rem; margin: 0; }
h4 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
h5 { font-size: 1rem; margin: 0 0 .4rem; font-weight: 600; }
p { margin: .4rem 0; }
a { color: var(--link); }
a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.soft { color: var(--soft); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .75rem 0 0; padding: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
table.wide { width: 100%; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; position: sticky; left: 0; max-width: calc(100vw - 2.5rem); }
th, td { border: 1px solid var(--rule); padding: .35rem .6rem; text-align: left; vertical-align: top; }
thead th, tfoot th, tfoot td { background: var(--shade); }
th { font-weight: 600; }
thead th, table.wide tbody th { overflow-wrap: normal; }
table.wide tbody th { min-width: 8rem; }
th .title, td .state { display: block; font-size: .85rem; font-weight: 400; }
thead th .title { color: var(--soft); }
table.class td, table.class thead th { min-width: 6.5rem; overflow-wrap: normal; }
table.class thead th:first-child, table.class tbody th, table.class tfoot th { min-width: 11rem; position: sticky; left: 0; background: var(--shade); }
td.points { white-space: nowrap; }
.good { background: var(--good-paper); color: var(--good-ink); }
.bad { background: var(--bad-paper); color: var(--bad-ink); }
.warn { background: var(--warn-paper); color: var(--warn-ink); }
td b { font-weight: 600; }
.notice { padding: .5rem .75rem; border-left: 4px solid currentColor; }
.student { margin-top: 1.75rem; padding-top: 1.25rem; border-top: 1px solid var(--rule); }
.student:first-of-type { margin-top: 0; padding-top: 0; border-top: 0; }
.student > .scroll { margin-top: .6rem; }
.check { margin: .6rem 0; padding: .6rem .8rem; border: 1px solid var(--rule); border-left-width: 4px; background: var(--shade); }
.status { display: inline-block; padding: 0 .45rem; margin-right: .35rem; font-size: .85rem; font-weight: 600; }
dl { margin: 0; display: grid; grid-template-columns: 6rem 1fr; gap: .2rem .75rem; }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; }
pre { margin: 0; white-space: pre-wrap; }
pre, code { font: .9rem/1.45 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; }
ul.plain { margin: .3rem 0; padding-left: 1.25rem; }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .3rem; } }
@media print {
  :root { color-scheme: light; ${variables(palettes.light)} }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  .scroll { overflow: visible; }
  table.class td, table.class thead th { min-width: 0; }
  table.class thead th:first-child, table.class tbody th, table.class tfoot th { position: static; min-width: 0; }
  thead { display: table-header-group; }
  tfoot { display: table-row-group; }
  caption { max-width: none; }
  tr, .check { break-inside: avoid; }
  h2, h3, h4, h5 { break-after: avoid; }
  .student { break-before: page; border-top: 0; margin-top: 0; }
  a { color: inherit; text-decoration: none; }
  .good, .bad, .warn { print-color-adjust: exact; }
}
`;
