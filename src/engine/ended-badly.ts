import type { Reason } from '../domain/events.ts';
import { endReasons } from '../domain/judge.ts';
import { because, lastWords } from '../domain/words.ts';
import type { SessionEnd } from './ports.ts';

/** How a session ended that did not end well, with what it said last; null: it ended well. */
export function endedBadly(end: SessionEnd): string | null {
  const [reason] = endReasons({ end });
  return reason === undefined ? null : withLastWords(reason, end).text;
}

/** An exit code says nothing by itself. */
export const withLastWords = (reason: Reason, { tail }: Pick<SessionEnd, 'tail'>): Reason =>
  reason.rule === 'exit-code'
    ? { ...reason, text: because(reason.text, lastWords(tail)), details: tail }
    : reason;
