import { expect, test } from 'vitest';
import { nextAfterPlanning } from '../../src/domain/plan-scope.ts';

test('what to type after a planning: older plans hold, and of named epics only those without a plan are named', () => {
  const standings = new Map([
    ['A', 'agreed'],
    ['B', 'stale'],
  ] as const);
  expect([
    nextAfterPlanning([], [], standings),
    nextAfterPlanning(['B'], [], standings),
    nextAfterPlanning(['A', 'B'], ['A', 'B', 'C'], standings),
    nextAfterPlanning(['A'], ['A'], standings),
  ]).toEqual(['teams run', 'teams plan', 'teams plan B', 'teams run   or teams plan A']);
});
