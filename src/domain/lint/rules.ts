export interface Rule {
  /** One line: what is looked for. */
  readonly summary: string;
  /** What happens in a run. */
  readonly why: string;
}

/** Every rule of `teams validate --lint`. An id never changes its meaning; docs/lint.md has an example of each. */
export const RULES = {
  'vague-criterion': {
    summary: 'a criterion has a word of praise in the place of a measure',
    why: 'builder and validator each read their own meaning into it, and fix rounds are spent on the difference',
  },
  'uncheckable-criterion': {
    summary: 'a criterion says nothing that could be looked at',
    why: 'no test and no validator can tell whether it holds, so the story passes on a claim or fails on a mood',
  },
  'compound-criterion': {
    summary: 'one criterion asks for several results',
    why: 'it fails as a whole when one part is missing, and the next attempt is not told which',
  },
  'large-story': {
    summary: 'a story is more than one builder finishes in one go',
    why: 'a builder that runs out of context or time commits a part of it, and the whole story counts as failed',
  },
  'shared-file': {
    summary: 'epics that do not wait for each other name the same file or module',
    why: 'they are worked on at the same time, and the second merge often ends in a conflict',
  },
  'serial-chain': {
    summary: 'nearly every epic waits for the one before it',
    why: 'sessions in parallel have nothing to do, and one epic that fails blocks all that come after it',
  },
  'duplicate-story': {
    summary: 'two stories ask for the same thing',
    why: 'the second builder finds the work done: a story without a commit of its own does not count as passed',
  },
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof RULES;
