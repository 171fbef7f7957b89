import { printable } from './printable.ts';

/**
 * One word of a command that a person pastes into a shell. git allows `$(…)`, `;` and `'` in the name of a branch, and a
 * folder can be called anything: unquoted, a repository would choose what is run.
 */
export function shellWord(text: string): string {
  // `=` and `%` at the beginning mean a program and a job to some shells.
  if (/^[\w@+:,./-][\w@%+=:,./-]*$/.test(text)) return text;
  return `'${printable(text).replaceAll("'", `'\\''`)}'`;
}

/** The same for a path, which must not look like an option. */
export const shellPath = (path: string): string => shellWord(path.startsWith('-') ? `./${path}` : path);
