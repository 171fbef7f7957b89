import { clip, printable } from '../domain/printable.ts';

/** Longer lines are cut, in UTF-16 units: a session may print whole files as one line of JSON. */
const LINE = 2000;

/** A raw line of a session for a person: the text of an activity where it is one, otherwise the line itself. */
export function sessionLine(raw: string): string {
  return clip(printable(textOf(raw) ?? raw), LINE);
}

function textOf(raw: string): string | null {
  if (!raw.startsWith('{')) return null;
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    // Not JSON after all: agents print whatever they like, and it is shown as it is.
    return null;
  }
  if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string')
    return null;
  const kind = 'kind' in value && typeof value.kind === 'string' ? value.kind : null;
  return kind === null || kind === 'message' ? value.text : `[${kind}] ${value.text}`;
}
