import { resultsIn } from './checkable.ts';
import type { CriterionFinding } from './finding.ts';

/** Fewer are how people write: "shows the total and disables the button". */
const RESULTS = 4;

/** `text` is the criterion without what it quotes. */
export function compound(text: string): CriterionFinding | null {
  const count = resultsIn(text);
  if (count < RESULTS) return null;
  return {
    rule: 'compound-criterion',
    what: `one criterion asks for ${count} results`,
    fix: 'make one criterion of each result',
  };
}
