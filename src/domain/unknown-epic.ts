import { nearMiss } from './near-miss.ts';
import type { Problem } from './problem.ts';

type Place = 'the PRD' | 'this run';

/** Null when all of these are known. */
export function unknownEpic(ids: readonly string[], known: readonly string[], place: Place): Problem | null {
  const unknown = ids.find((id) => !known.includes(id));
  return unknown === undefined ? null : noSuchEpic(unknown, known, place);
}

export function noSuchEpic(id: string, known: readonly string[], place: Place): Problem {
  const near = nearMiss(id, known);
  return {
    code: 'unknown-epic',
    what: `there is no epic ${id} in ${place}`,
    fix: near === null ? `one of: ${known.join(', ')}` : `did you mean ${near}?`,
  };
}
