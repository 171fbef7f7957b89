import { between, type Chance, oneOf } from './chance.ts';
import { ASSUMPTIONS, type Assumption, type BackendKind } from './estimate-assumptions.ts';
import type { Usage } from './events.ts';
import type { Recorded, RecordedAttempt } from './recorded.ts';

/** One simulated run on one backend. */
export interface Drawn {
  /** `isLast`: there is no further one, so that this one passes. */
  readonly attempt: (
    stories: number,
    isLast: boolean,
  ) => {
    readonly takes: number;
    readonly passes: boolean;
    readonly usage: {
      readonly input: number | null;
      readonly output: number | null;
      readonly cost: number | null;
    };
  };
  readonly merge: () => number;
  readonly validation: () => number;
}

export interface Model {
  readonly from: 'recorded' | 'assumed';
  readonly draw: (chance: Chance) => Drawn;
}

/** With fewer that passed, one odd attempt would be the rule. */
const ENOUGH = 3;

export function modelOf(
  { recorded, kindOf }: { readonly recorded: Recorded; readonly kindOf: (backend: string) => BackendKind },
  backend: string,
): Model {
  const assumption: Assumption = ASSUMPTIONS[kindOf(backend)];
  const attempts = recorded.attempts.filter((attempt) => attempt.backend === backend);
  const validations = recorded.validations.filter((one) => one.backend === backend).map(({ takes }) => takes);
  const merges = recorded.merges.length < ENOUGH ? [] : recorded.merges;
  const known = attempts.filter(({ passes }) => passes).length >= ENOUGH;
  return {
    from: known ? 'recorded' : 'assumed',
    draw: (chance) => ({
      attempt: known ? recordedAttempts(attempts, chance) : assumedAttempts(assumption, chance),
      // What is known of a backend and what is assumed do not mix well where backends differ by a factor of 100.
      merge: () => (known && merges.length > 0 ? oneOf(merges, chance) : between(assumption.merge, chance())),
      validation: () =>
        validations.length > 0 ? oneOf(validations, chance) : between(assumption.validation, chance()),
    }),
  };
}

/** Each run draws from a draw of the records: a mean that comes from few of them is as uncertain as it is. */
function recordedAttempts(all: readonly RecordedAttempt[], chance: Chance): Drawn['attempt'] {
  const seen = all.map(() => oneOf(all, chance));
  const passed = seen.filter(({ passes }) => passes);
  const last = passed.length > 0 ? passed : all.filter(({ passes }) => passes);
  const kinds = [
    spending(all, ({ inputTokens }) => inputTokens),
    spending(all, ({ outputTokens }) => outputTokens),
    spending(all, ({ costUsd }) => costUsd),
  ] as const;
  return (stories, isLast) => {
    const one = oneOf(isLast ? last : seen, chance);
    const [input, output, cost] = kinds.map((of) => of(one, stories, chance));
    return {
      takes: (one.takes / one.stories) * stories,
      passes: one.passes,
      usage: { input: input ?? null, output: output ?? null, cost: cost ?? null },
    };
  };
}

/** What an attempt spent, for as many stories; where it did not tell, what another one did; null when none did. */
function spending(
  all: readonly RecordedAttempt[],
  of: (usage: Usage) => number | null,
): (one: RecordedAttempt, stories: number, chance: Chance) => number | null {
  const perStory = ({ usage, stories }: RecordedAttempt): number | null => {
    const spent = usage === null ? null : of(usage);
    return spent === null ? null : spent / stories;
  };
  const known = all.map(perStory).filter((value) => value !== null);
  return (one, stories, chance) =>
    known.length === 0 ? null : (perStory(one) ?? oneOf(known, chance)) * stories;
}

function assumedAttempts(assumption: Assumption, chance: Chance): Drawn['attempt'] {
  // A project that goes slowly spends more, too.
  const pace = chance();
  const { tokens } = assumption;
  return (stories) => {
    const factor = stories * between(assumption.spread, chance());
    return {
      takes: factor * between(assumption.story, pace),
      passes: chance() * 10 < assumption.passOfTen,
      usage: {
        input: tokens === null ? null : factor * between(tokens.input, pace),
        output: tokens === null ? null : factor * between(tokens.output, pace),
        cost: null,
      },
    };
  };
}
