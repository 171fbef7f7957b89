import type { Problem } from '../domain/problem.ts';
import { nearMiss } from '../source/near-miss.ts';

/** Null when the PRD has all of these. */
export function unknownEpic(ids: readonly string[], known: readonly string[]): Problem | null {
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown === undefined) return null;
  const near = nearMiss(unknown, known);
  return {
    code: 'unknown-epic',
    what: `there is no epic ${unknown} in the PRD`,
    fix: near === null ? `one of: ${known.join(', ')}` : `did you mean ${near}?`,
  };
}
