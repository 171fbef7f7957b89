import { clip, printable } from './printable.ts';

/** A few names, and how many more there are. */
export function list(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map((name) => clip(name, 120));
  return names.length > most ? `${shown.join(', ')} and ${names.length - most} more` : shown.join(', ');
}

/** The last line of what a program wrote is mostly the one that says why it failed; empty when it wrote nothing. */
export const lastWords = (tail: string): string =>
  clip(printable(tail, { multiline: true }).trimEnd().split('\n').at(-1)?.trim() ?? '', 200);

export const because = (what: string, why: string): string => (why === '' ? what : `${what}: ${why}`);
