import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makespan } from './makespan.ts';
import { idOf, planOf } from './simulator.ts';

const plans = (minLength: number) =>
  fc
    .array(
      fc.record({
        distances: fc.uniqueArray(fc.integer({ min: 1, max: 10 }), { maxLength: 3 }),
        stories: fc.integer({ min: 1, max: 5 }),
      }),
      { minLength, maxLength: 60, size: 'max' },
    )
    .map((specs) =>
      specs.map(({ distances, stories }, i) =>
        planOf(
          idOf(i),
          distances
            .map((d) => i - d)
            .filter((k) => k >= 0)
            .map(idOf),
          stories,
        ),
      ),
    );
const parallel = fc.integer({ min: 1, max: 6 });
const storiesOf = (plan: { readonly stories: readonly unknown[] }): number => plan.stories.length;

test('no slot is ever idle for nothing: within the bound that holds for every list schedule', () => {
  fc.assert(
    fc.property(
      plans(1),
      parallel,
      fc.infiniteStream(fc.integer({ min: 1, max: 100 })),
      (epics, slots, durations) => {
        const { took, criticalPath, work } = makespan(epics, slots, () => durations.next().value);
        expect(took).toBeLessThanOrEqual((work - criticalPath) / slots + criticalPath + 1e-6);
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});

test('with durations that follow the number of stories: at most 1.35 times the lower bound, 1.05 in the mean', () => {
  const ratios = fc.sample(fc.tuple(plans(12), parallel), { seed: 7, numRuns: 200 }).map(([epics, slots]) => {
    const { took, criticalPath, work } = makespan(epics, slots, storiesOf);
    return took / Math.max(criticalPath, work / slots);
  });
  expect(Math.max(...ratios)).toBeLessThanOrEqual(1.35);
  expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThanOrEqual(1.05);
});
