import { expect, test } from 'vitest';
import { paintFor } from '../../src/report/paint.ts';
import { estimateText, type PrintedEstimate } from '../../src/report/estimate.ts';

const text = (more: Partial<PrintedEstimate>, columns = Infinity): string =>
  estimateText(
    {
      simulations: 50,
      wallClockMs: { low: 95_000, high: 5_400_000 },
      inputTokens: null,
      outputTokens: null,
      costUsd: null,
      basis: [{ backend: 'claude', from: 'assumed', attempts: 0, runs: 0 }],
      parallel: 3,
      runLimitMs: 18_000_000,
      leftOut: 0,
      ...more,
    },
    paintFor(false),
    columns,
  );

test('assumptions are called so, and unknown is never a number', () => {
  expect(text({})).toBe(`time      1m 30s to 1h 30m, 3 sessions at a time (8 of 10 simulated runs)
tokens    unknown
cost      unknown
from      assumptions, no measurements: no attempt on claude is on record here
`);
  expect(text({}, 40)).toBe(`time      1m 30s to 1h 30m, 3 sessions
          at a time (8 of 10 simulated
          runs)
tokens    unknown
cost      unknown
from      assumptions, no measurements:
          no attempt on claude is on
          record here
`);
});

test('records of several backends, journals left out, and the time limit of a run', () => {
  expect(
    text({
      wallClockMs: { low: 4_000, high: 20_000_000 },
      inputTokens: { low: 950, high: 1_240_000 },
      outputTokens: { low: 9_400, high: 9_400 },
      costUsd: { low: 0.5, high: 12.4 },
      basis: [
        { backend: 'codex\u001b[31m', from: 'recorded', attempts: 12, runs: 3 },
        { backend: 'mine', from: 'assumed', attempts: 2, runs: 1 },
      ],
      parallel: 1,
      leftOut: 1,
    }),
  ).toBe(`time      4s to 5h 35m, 1 session at a time (8 of 10 simulated runs)
tokens    950 to 1.2M in, about 9.4k out
cost      $0.50 to $12
from      12 attempts on codex in 3 recorded runs
          assumptions, no measurements: only 2 attempts on mine are on record here
          1 journal is left out: too large, or not readable
          it may reach the time limit of a run, 5h 00m (timeouts.run): teams resume goes on then
`);
});

test('a cost too small to show is not shown as nothing', () => {
  const cost = (low: number, high: number): string | undefined =>
    /^cost +(.*)$/m.exec(text({ costUsd: { low, high } }))?.[1];
  expect([cost(0.001, 0.002), cost(0.001, 0.5)]).toEqual(['less than $0.01', 'less than $0.01 to $0.50']);
});
