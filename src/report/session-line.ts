import type { Activity } from '../domain/events.ts';
import { clip, printable } from '../domain/printable.ts';

/** Longer lines are cut, in UTF-16 units: a session may print whole files as one line. */
const LINE = 2000;

/** What a session does or prints, for a person. */
export const sessionLine = (text: string, kind: Activity['kind'] = 'message'): string =>
  clip(printable(kind === 'message' ? text : `[${kind}] ${text}`), LINE);
