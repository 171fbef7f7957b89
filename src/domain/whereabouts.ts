import { shellWord } from './shell-word.ts';
import { isResumable, type RunState } from './state.ts';

/** Where git has the work of a run now. A person merges and deletes branches without telling anyone. */
export interface Whereabouts {
  /** The branch of the person that has all of it, or `HEAD` if that is on none; null: none that one would look at. */
  readonly landedIn: string | null;
  /** The integration branch has it. */
  readonly onBranch: boolean;
}

/** Ended with everything merged and judged as pass. Whether it landed is another matter. */
export const isProven = (state: RunState): boolean =>
  !isResumable(state) &&
  state.phase !== 'superseded' &&
  state.validation.phase === 'passed' &&
  state.epics.every((epic) => epic.phase === 'merged');

/** Only the journal knows its commit. */
export const isAdrift = ({ landedIn, onBranch }: Whereabouts): boolean => landedIn === null && !onBranch;

/** Brings back an integration branch that was deleted. */
export const restoreBranch = ({ started, head }: RunState): string =>
  `git branch ${shellWord(started.branch)} ${head}`;
