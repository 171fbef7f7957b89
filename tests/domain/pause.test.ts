import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pauseFor, type Trouble } from '../../src/domain/pause.ts';

const trouble: fc.Arbitrary<Trouble> = fc.record({
  kind: fc.constantFrom('auth', 'rate-limit', 'unavailable', 'context', 'refused', 'other'),
  resetsAt: fc.option(fc.integer({ min: 0, max: 10_000_000 })),
  strikes: fc.integer({ min: 0, max: 40 }),
  standIn: fc.boolean(),
  now: fc.integer({ min: 1, max: 5_000_000 }),
  backoff: fc.integer({ min: 1, max: 60_000 }),
  deadline: fc.integer({ min: 0, max: 20_000_000 }),
});

test('a pause ends between now and the end of the run, or with a person', () => {
  fc.assert(
    fc.property(trouble, (given) => {
      const pause = pauseFor(given);
      if (pause === null || pause.until === null) return;
      expect(pause.until).toBeGreaterThanOrEqual(given.now);
      expect(pause.until).toBeLessThanOrEqual(given.deadline);
    }),
  );
});

test('only what is the trouble of the backend pauses it', () => {
  fc.assert(
    fc.property(trouble, (given) => {
      const session = ['context', 'refused', 'other'].includes(given.kind);
      const hopeless = given.kind === 'unavailable' && given.strikes >= 7 && !given.standIn;
      expect(pauseFor(given) === null).toBe(session || hopeless);
    }),
  );
});

test('a backend that is asked in vain is asked less and less often', () => {
  const of = (strikes: number, resetsAt: number | null): number | null | undefined =>
    pauseFor({
      kind: 'rate-limit',
      resetsAt,
      strikes,
      standIn: false,
      now: 1_000,
      backoff: 10,
      deadline: 1e9,
    })?.until;
  expect([0, 1, 2, 3].map((strikes) => of(strikes, null))).toEqual([1_010, 1_020, 1_040, 1_080]);
  // Taken at its word once, also when that is now; later at least as long as if it had said nothing.
  expect([0, 1, 2].map((strikes) => of(strikes, 1_001))).toEqual([1_001, 1_020, 1_040]);
  expect(of(0, 5)).toBe(1_000);
  expect(of(2, 9_000)).toBe(9_000);
});
