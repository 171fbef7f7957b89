import { mean, type Measure, type Row } from '../measure.ts';
import { corpus, lowerBound, PARALLEL, sum } from './corpus.ts';
import { realRun } from './real-run.ts';
import { virtualRun } from './virtual-run.ts';

const PLANS = 40;
/** Epics of the plan that is also driven for real, to see that the virtual world is like the real one. */
const REAL = [12, 16] as const;

async function run(): Promise<readonly Row[]> {
  const ratios: number[] = [];
  for (const plan of corpus(PLANS)) {
    const durations = new Map([...plan.durations].map(([id, stories]) => [id, sum(stories)]));
    ratios.push((await virtualRun(plan)) / lowerBound(plan, durations));
  }
  const real: number[] = [];
  for (const plan of corpus(1, REAL)) real.push(await realRun(plan));
  const what = `makespan, ${PLANS} plans × parallel ${PARALLEL.join(' and ')}`;
  const reference = 'max(critical path, work ÷ parallel)';
  const row = (which: string, value: number, bar: number): Row => ({
    what: `${what}: ${which}`,
    measured: `${value.toFixed(3)} × bound`,
    reference,
    value,
    bar,
    unit: '×',
  });
  return [
    row('mean', mean(ratios), 1.05),
    row('worst', Math.max(...ratios), 1.15),
    {
      ...row('', Math.max(...real), 1.15),
      what: `makespan, ${real.length} runs with real sessions and git: worst`,
    },
  ];
}

export const makespan: Measure = {
  name: 'makespan',
  how: [
    'the real engine on a virtual clock, in which only sessions take time; 12 to 60 epics of 1 to 5 stories with log-normal durations (σ 0.5), which the scheduler does not know; the reference is the lower bound of the same plan. One plan is also driven by the built program, with scripted agents that sleep 4 s on average; their bound is made from the session times in the journal.',
  ],
  run,
};
