import { printable } from '../domain/printable.ts';
import type { Why } from '../domain/why.ts';
import type { Paint } from './paint.ts';
import { fit } from './width.ts';

/** Two lines per unfinished epic: why, and what to type next, if there is anything. */
export function whyLines(
  entries: readonly (Omit<Why, 'next'> & { readonly next: string | null })[],
  idWidth: number,
  paint: Paint,
): readonly string[] {
  return entries.flatMap((why) => [
    `  ${paint.red('✗')} ${fit(printable(why.epicId), idWidth, true)}  ${printable(why.reason)}`,
    ...(why.next === null ? [] : [`    ${' '.repeat(idWidth)}  next: ${paint.cyan(printable(why.next))}`]),
  ]);
}

/** `name  value` lines at the end of a report. */
export function factLines(facts: readonly (readonly [string, string])[], paint: Paint): readonly string[] {
  return facts.map(([name, text]) => `${paint.bold(name.padEnd(9))} ${printable(text)}`);
}
