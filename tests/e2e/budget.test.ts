import { expect, test } from 'vitest';
import { eventsOf, journal } from '../rig/run-files.ts';
import { expectTeams, mergedIn, noticesOf, project } from './play.ts';

test('a budget that is spent starts nothing new, keeps what passed, and resume goes on once it is raised', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }],
    config: { budget: { tokens: 1_500 } },
    script: {
      'team-lead': {
        default: [
          { usage: { inputTokens: 1_400, outputTokens: 200, costUsd: 0.5 } },
          { story: 'each', write: { '{epic}.txt': 'done\n' } },
        ],
      },
    },
  });
  const end = await expectTeams(3, ['run'], { cwd: repo.path });
  expect(end.stdout).toContain(
    'run stalled: the budget is spent: 1,600 of 1,500 tokens, $0.50; raise budget.tokens in teams.config.yml to go on',
  );
  expect(end.stdout).toContain('spent     1,600 of 1,500 tokens, $0.50\n');
  expect(end.stdout).toContain(
    'next      teams resume   goes on where it stopped; first raise budget.tokens in teams.config.yml\n',
  );
  expect(mergedIn(repo)).toEqual(['A']);
  const { stdout } = await expectTeams(0, ['status', '--why', '--json'], { cwd: repo.path });
  expect(JSON.parse(stdout)).toMatchObject({
    run: { phase: 'stalled', next: 'teams resume' },
    spent: { tokens: 1_600, costUsd: 0.5 },
    budget: { tokens: 1_500, costUsd: null },
    why: [
      {
        epicId: 'B',
        reason: 'not started: the budget is spent; first raise budget.tokens in teams.config.yml',
      },
    ],
  });

  // Asked again without a change, it says the same and starts nothing.
  await expectTeams(3, ['resume'], { cwd: repo.path });
  expect(eventsOf(journal(repo.path), 'attempt.started')).toHaveLength(1);
  await expectTeams(0, ['resume'], { cwd: repo.path, env: { TEAMS_BUDGET_TOKENS: '100000' } });
  expect(mergedIn(repo)).toEqual(['A', 'B']);
});

test('a budget in dollars holds, and what an agent does not tell is named', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }, { id: 'C' }],
    config: { budget: { costUsd: 1 } },
    script: {
      'team-lead': {
        epics: {
          A: [{ story: 'each', write: { 'a.txt': 'done\n' } }],
          B: [{ usage: { costUsd: 1.25 } }, { story: 'each', write: { 'b.txt': 'done\n' } }],
        },
      },
    },
  });
  const { stdout } = await expectTeams(3, ['run'], { cwd: repo.path });
  expect(stdout).toContain('the budget is spent: $1.25 of $1.00 and what agents did not tell');
  expect(noticesOf(repo, 'budget-blind')).toEqual([
    'agents did not tell what a session cost: budget.costUsd cannot count it',
  ]);
  expect(mergedIn(repo)).toEqual(['A', 'B']);
});
