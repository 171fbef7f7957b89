import { cpus } from 'node:os';
import type { Measure, Row } from './measure.ts';

const HEAD = ['what', 'measured', 'reference', 'result', 'bar', ''] as const;

export const meetsBar = (row: Row): boolean => row.value <= row.bar;

const cells = (row: Row): readonly string[] => [
  row.what,
  row.measured,
  row.reference,
  withUnit(row.value, row.unit),
  `≤ ${withUnit(row.bar, row.unit)}`,
  meetsBar(row) ? 'ok' : 'MISSED',
];

/** Three digits for what is small: an overhead of 1.014 must not read as 1.01 beside a bar of 1.05. */
function withUnit(value: number, unit: Row['unit']): string {
  if (unit === 'MB') return `${Math.round(value)} MB`;
  const text = value.toFixed(value < 1.2 && unit === '×' ? 3 : 2);
  return unit === '×' ? `${text}×` : `${text} s`;
}

/** For a terminal, and good Markdown too. */
export function table(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(3, ...lines.map((line) => (line[column] ?? '').length)));
  const text = lines.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`);
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [text[0], rule, ...text.slice(1)].join('\n');
}

/** What `--write` puts between the markers of docs/benchmarks.md. */
export function report(rows: readonly Row[], measures: readonly Measure[]): string {
  const machine = `Node ${process.versions.node}, ${cpus().length} cores, ${process.platform}.`;
  const how = measures.flatMap((measure) => measure.how.map((line) => `- \`${measure.name}\`: ${line}`));
  return [machine, '', table(rows), '', 'How each is measured:', '', ...how].join('\n');
}
