import { Chalk } from 'chalk';
import type { Diagnostic, Span } from '../domain/diagnostics.ts';
import { clip, printable } from '../domain/printable.ts';
import { displayWidth } from './width.ts';

/** More than this scrolls the first one, which often causes the others, out of sight. */
const SHOWN = 50;
/** Of a source line that are shown at most, and at least. */
const [MOST, LEAST] = [100, 20];

/** The text that people see: place, what is wrong, the source line with the culprit underlined, and a fix. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  { color, columns = Infinity }: { readonly color: boolean; readonly columns?: number },
): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const shown = choose(diagnostics);
  const explained = new Set<string>();
  const blocks = shown.map((diagnostic) => {
    const { severity, code, at, why, fix } = diagnostic;
    const tint = severity === 'error' ? chalk.red : chalk.yellow;
    const place = at === undefined ? '' : `:${at.line}:${at.column}`;
    const lines = [
      `${chalk.bold(printable(diagnostic.file) + place)} ${tint(severity)} ${code}  ${clip(printable(diagnostic.message), 500)}`,
    ];
    if (at !== undefined) lines.push(...excerpt(at, columns, tint));
    for (const related of diagnostic.related ?? []) {
      lines.push(
        `  ${printable(related.message)} (line ${related.at.line})`,
        ...excerpt(related.at, columns, chalk.dim),
      );
    }
    // The same for every finding of a rule: read once is enough.
    if (why !== undefined && !explained.has(code)) lines.push(`  why: ${clip(printable(why), 500)}`);
    explained.add(code);
    if (fix !== undefined) lines.push(`  ${chalk.green('fix:')} ${clip(printable(fix), 500)}`);
    return `${lines.join('\n')}\n`;
  });
  const rest = diagnostics.length - shown.length;
  if (rest > 0) blocks.push(`… and ${rest} more\n`);
  return blocks.join('\n');
}

/** In their order; errors before warnings only when not all fit. */
function choose(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length <= SHOWN) return diagnostics;
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const warnings = diagnostics.filter((diagnostic) => diagnostic.severity === 'warning');
  return [...errors, ...warnings].slice(0, SHOWN);
}

/** Fits a terminal: a line that is wrapped would leave its underline elsewhere. */
function excerpt(span: Span, columns: number, tint: (text: string) => string): string[] {
  const number = String(span.line);
  const most = Math.max(LEAST, Math.min(MOST, columns - `  ${number} | ……`.length));
  const start = span.column - 1;
  const underlined = span.text.slice(start, start + Math.min(span.length, most));
  // A long line is cut around the culprit, with more context before it than after.
  const from = Math.max(0, Math.min(start - 20, span.text.length - most), start + underlined.length - most);
  const cutBefore = span.text.length <= most ? 0 : from;
  const cutAfter = span.text.length <= most ? span.text.length : Math.min(span.text.length, cutBefore + most);
  const before = (cutBefore > 0 ? '…' : '') + visible(span.text.slice(cutBefore, start));
  const culprit = visible(underlined);
  const after =
    visible(span.text.slice(start + underlined.length, cutAfter)) + (cutAfter < span.text.length ? '…' : '');
  return [
    `  ${number} | ${before}${culprit}${after}`.trimEnd(),
    `  ${' '.repeat(number.length)} | ${' '.repeat(displayWidth(before))}${tint('^'.repeat(Math.max(1, displayWidth(culprit))))}`,
  ];
}

const visible = (text: string): string => printable(text.replace(/[\r\n]/g, ' '), { multiline: true });
