/**
 * What an estimate assumes as long as too little is recorded. These are assumptions and no measurements; docs/estimate.md
 * says so and lists them. Times in milliseconds; a range is drawn from so that halving is as likely as doubling.
 */
export interface Assumption {
  /** Per story, once for a whole run: how fast a project goes is the same for all of its epics. */
  readonly story: readonly [number, number];
  /** How an attempt differs from that. */
  readonly spread: readonly [number, number];
  /** How many of ten attempts pass. */
  readonly passOfTen: number;
  readonly merge: readonly [number, number];
  readonly validation: readonly [number, number];
  /** Per story; null: nothing can be said. */
  readonly tokens: {
    readonly input: readonly [number, number];
    readonly output: readonly [number, number];
  } | null;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** An attempt at five stories stays within the default time limit of a session, an hour. */
const AGENT: Assumption = {
  story: [3 * MINUTE, 10 * MINUTE],
  spread: [0.75, 1.2],
  passOfTen: 8,
  merge: [10 * SECOND, 3 * MINUTE],
  validation: [3 * MINUTE, 12 * MINUTE],
  tokens: { input: [300_000, 2_000_000], output: [8_000, 40_000] },
};

export const ASSUMPTIONS = {
  /** One of the built-in agent CLIs. */
  agent: AGENT,
  /** A program of the person's own: nobody knows what it spends. */
  command: { ...AGENT, tokens: null },
  /** It follows a file, and thinks about nothing. */
  scripted: {
    story: [SECOND, 5 * SECOND],
    spread: [0.75, 1.2],
    passOfTen: 8,
    merge: [0.2 * SECOND, 5 * SECOND],
    validation: [SECOND, 5 * SECOND],
    tokens: null,
  },
} as const satisfies Record<string, Assumption>;

export type BackendKind = keyof typeof ASSUMPTIONS;
