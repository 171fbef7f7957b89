import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addUsage, NOTHING_SPENT, reportedUsage, spend, type UsageReport } from '../../src/domain/spent.ts';

const part = fc.option(fc.option(fc.nat({ max: 1_000 }), { nil: null }), { nil: undefined });
const report: fc.Arbitrary<UsageReport> = fc.record({ inputTokens: part, outputTokens: part, costUsd: part });

test('reports may come in any order and in any pieces', () => {
  fc.assert(
    fc.property(report, report, report, (a, b, c) => {
      expect(addUsage(a, b)).toEqual(addUsage(b, a));
      expect(addUsage(addUsage(a, b), c)).toEqual(addUsage(a, addUsage(b, c)));
    }),
  );
});

test('a sum is that of what was told, and not known when one of its parts is not', () => {
  fc.assert(
    fc.property(fc.array(report, { minLength: 1 }), (reports) => {
      const [first, ...more] = reports;
      const sum = reportedUsage(more.reduce((before, one) => addUsage(before, one), first ?? {}));
      for (const key of ['inputTokens', 'outputTokens', 'costUsd'] as const) {
        const told = reports.flatMap((one) => (one[key] === undefined ? [] : [one[key]]));
        const known = told.filter((one) => one !== null);
        const isKnown = told.length > 0 && known.length === told.length;
        expect(sum[key]).toBe(isKnown ? known.reduce((total, one) => total + one, 0) : null);
      }
    }),
  );
});

test('a session that tells only one of its numbers of tokens has told a part', () => {
  const sum = (inputTokens: number | null, outputTokens: number | null) =>
    spend(NOTHING_SPENT, 'mine', { inputTokens, outputTokens, costUsd: 1 });
  expect(sum(10, 2)).toEqual({ tokens: 12, costUsd: 1, withoutTokens: [], withoutCost: [] });
  expect(sum(10, null)).toEqual({ tokens: 10, costUsd: 1, withoutTokens: ['mine'], withoutCost: [] });
  expect(sum(null, 2)).toEqual({ tokens: 2, costUsd: 1, withoutTokens: ['mine'], withoutCost: [] });
  expect(spend(NOTHING_SPENT, 'mine', null)).toEqual({
    tokens: 0,
    costUsd: 0,
    withoutTokens: ['mine'],
    withoutCost: ['mine'],
  });
});
