import type { Spent } from './spent.ts';
import type { RunState } from './state.ts';

/** Nothing that costs is started any more. Sessions under way are not cut off for it: what they did would be lost. */
export const isBudgetSpent = (state: Pick<RunState, 'budget' | 'spent'>): boolean =>
  spentLimits(state).length > 0;

/** What to do before a run whose budget is spent can go on. */
export const raiseBudget = (state: Pick<RunState, 'budget' | 'spent'>): string =>
  `raise ${spentLimits(state).join(' and ')} in teams.config.yml`;

function spentLimits({ budget, spent }: Pick<RunState, 'budget' | 'spent'>): readonly string[] {
  const limits = ['tokens', 'costUsd'] as const;
  return limits.flatMap((key) => {
    const limit = budget[key];
    return limit !== null && spent[key] >= limit ? [`budget.${key}`] : [];
  });
}

/** Which limit of the budget a backend cannot be held to, because it does not tell; null: none. */
export function budgetBlindSpot(
  { budget, spent }: Pick<RunState, 'budget' | 'spent'>,
  backend: string,
): 'tokens' | 'costUsd' | null {
  if (budget.tokens !== null && spent.withoutTokens.includes(backend)) return 'tokens';
  return budget.costUsd !== null && spent.withoutCost.includes(backend) ? 'costUsd' : null;
}

/** In words, with the budget where there is one; null: nothing is known, and nobody set a limit. */
export function spentText({ budget, spent }: Pick<RunState, 'budget' | 'spent'>): string | null {
  const count = (n: number): string => n.toLocaleString('en-US');
  const dollars = (n: number): string => `$${n.toFixed(2)}`;
  const tokens = part(spent.tokens, budget.tokens, spent.withoutTokens, count, ' tokens');
  const cost = part(spent.costUsd, budget.costUsd, spent.withoutCost, dollars);
  const parts = [tokens, cost].filter((each) => each !== null);
  if (parts.length === 0) return null;
  // What is unknown of both is said once.
  const isSame = tokens?.rest === cost?.rest;
  return parts.map(({ sum, rest }, at) => (isSame && at === 0 ? sum : sum + rest)).join(', ');
}

function part(
  sum: number,
  limit: number | null,
  without: Spent['withoutTokens'],
  amount: (n: number) => string,
  unit = '',
): { readonly sum: string; readonly rest: string } | null {
  if (sum === 0 && limit === null) return null;
  const told = sum === 0 && without.length > 0 ? 'an unknown part' : amount(sum);
  return {
    sum: `${told}${limit === null ? '' : ` of ${amount(limit)}`}${unit}`,
    rest: sum > 0 && without.length > 0 ? ` and what ${without.join(', ')} did not tell` : '',
  };
}
