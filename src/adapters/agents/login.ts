import { existsSync } from 'node:fs';
import type { BackendFacts } from '../../domain/doctor.ts';

type Login = NonNullable<BackendFacts['login']>;

/** What gives a CLI its account. Only whether it is there is looked at, never what it holds. */
export interface LoginSigns {
  /** Variables, one of which is enough. */
  readonly variables: readonly string[];
  /** Where the CLI keeps its login, when that is a file on this platform. */
  readonly file: string | null;
  /** Nothing of these, and yet there may be a login elsewhere, such as in a keychain: why. Null: then there is none. */
  readonly elsewhere: string | null;
  readonly fix: string;
}

export function loginOf({ variables, file, elsewhere, fix }: LoginSigns): Login {
  const variable = variables.find(isSet);
  if (variable !== undefined) return { state: 'found', text: `${variable} is set` };
  if (file !== null && existsSync(file)) return { state: 'found', text: file };
  if (elsewhere !== null) return { state: 'unknown', text: `not known: ${elsewhere}` };
  return { state: 'missing', text: 'no login and no key found', fix };
}

/** The CLIs take an empty variable for one that is not set. */
export const isSet = (name: string): boolean => (process.env[name] ?? '') !== '';
