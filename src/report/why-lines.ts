import { printable } from '../domain/printable.ts';
import type { Why } from '../domain/why.ts';
import type { Paint } from './paint.ts';
import { beside, displayWidth, fit, hanging } from './width.ts';

/** How wide the lines are: of the ids in them, and of the terminal (Infinity where lines may be as long as they are). */
export interface Widths {
  readonly ids: number;
  readonly columns: number;
}

/** Per unfinished epic: why, and what to type next, if there is anything. */
export function whyLines(
  entries: readonly (Omit<Why, 'next'> & { readonly next: string | null })[],
  { ids, columns }: Widths,
  paint: Paint,
): readonly string[] {
  return entries.flatMap((why) => {
    const id = fit(printable(why.epicId), ids, true);
    const reason = beside(`  ✗ ${id}  `, `  ${paint.red('✗')} ${id}  `, printable(why.reason), columns);
    if (why.next === null) return [reason];
    const next = printable(why.next);
    // A command can be pasted only when it is one line.
    const isRoom = displayWidth(`    ${id}  next: ${next}`) <= columns;
    return [reason, `${' '.repeat(isRoom ? ids + 6 : 4)}next: ${paint.cyan(next)}`];
  });
}

/** With a meaning, be it an empty one, the text is a command or a path: it stays in one piece, to be pasted. */
export type Fact = readonly [name: string, text: string] | readonly [string, string, meaning: string];

const NAME = 9;

/** `name  value` lines at the end of a report. */
export function factLines(facts: readonly Fact[], paint: Paint, columns: number): readonly string[] {
  return facts.map(([name, text, means]) => {
    const head = `${name.padEnd(NAME)} `;
    const painted = `${paint.bold(name.padEnd(NAME))} `;
    const value = printable(text);
    if (means === undefined) return beside(head, painted, value, columns);
    const meaning = printable(means);
    if (meaning === '') return painted + value;
    const line = `${value}   ${meaning}`;
    if (head.length + displayWidth(line) <= columns) return painted + line;
    return `${painted}${value}\n${hanging(' '.repeat(head.length), meaning, columns)}`;
  });
}
