import { nearMiss } from './near-miss.ts';
import type { Problem } from './problem.ts';
import { list } from './words.ts';

type Place = 'the PRD' | 'this run';

/** Null when all of these are known. */
export function unknownEpic(ids: readonly string[], known: readonly string[], place: Place): Problem | null {
  const unknown = ids.find((id) => !known.includes(id));
  return unknown === undefined ? null : noSuchEpic(unknown, known, place);
}

/** More ids than these are looked up, not read. */
const MOST = 20;

export function noSuchEpic(id: string, known: readonly string[], place: Place): Problem {
  return { code: 'unknown-epic', what: `there is no epic ${id} in ${place}`, fix: which(id, known) };
}

function which(id: string, known: readonly string[]): string {
  const near = nearMiss(id, known);
  if (near !== null) return `did you mean ${near}?`;
  // A run has epics only once its first event is written.
  return known.length === 0 ? 'teams status' : `one of: ${list(known, MOST)}`;
}
