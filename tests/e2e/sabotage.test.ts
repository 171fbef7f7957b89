import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import { teams } from '../rig/teams.ts';
import {
  expectTeams,
  integrationOf,
  mergedIn,
  noticesOf,
  project,
  read,
  rescript,
  sh,
  statusesOf,
  type Steps,
} from './play.ts';

const honest: Steps = [{ story: 'each', write: { '{epic}/{story}.txt': '{story}\n' } }];
/** Nothing new was done for a story: what was wrong is mended. */
const onlyMended: Steps = [{ corruptResult: '{"epicId":"{epic}","stories":{}}' }];

test('an integration branch that an agent deleted is there again, with all that is merged', async () => {
  const harm = 'git update-ref -d refs/heads/teams/$TEAMS_RUN_ID';
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }],
    script: { 'team-lead': { default: honest, epics: { B: [...honest, sh(harm)] } } },
  });
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A', 'B']);
  expect(noticesOf(repo, 'integration-restored')).toHaveLength(1);
  assertNothingLeft(repo);
});

test('an integration branch that an agent moved: nothing is merged onto it, the work is kept', async () => {
  const harm = 'git update-ref refs/heads/teams/$TEAMS_RUN_ID $(git commit-tree -p HEAD -m sly HEAD^{tree})';
  const repo = project({
    epics: [{ id: 'A' }],
    script: { 'team-lead': { default: [...honest, sh(harm)] } },
  });
  await expectTeams(1, ['run'], { cwd: repo.path });
  const [failed] = eventsOf(journal(repo.path), 'merge.failed');
  expect(failed?.reason).toMatch(
    /teams\/\S+ is not at [0-9a-f]{12} any more; something other than teams moved it/,
  );
  expect(repo.git('ls-tree', '-r', '--name-only', failed?.branch ?? '')).toContain('A/A-1.txt');
  expect((await expectTeams(0, ['status', '--why'], { cwd: repo.path })).stdout).toContain(
    `the work is on ${failed?.branch}`,
  );
  assertNothingLeft(repo);
  rescript(repo, { 'team-lead': { default: honest } });
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(read(repo, 'prd.json')).toContain('"completed"');
});

test('a PRD that an agent ruins or empties is said to be, and what the run did is on record', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }],
    script: { 'team-lead': { epics: { A: [...honest, { write: { '{root}/prd.json': '{"epics": [' } }] } } },
  });
  const end = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A', 'B']);
  const back = `cp .teams/runs/${integrationOf(repo).slice('teams/'.length)}/prd.json prd.json`;
  expect(noticesOf(repo, 'prd-not-written')).toEqual([
    expect.stringMatching(new RegExp(`^the results of the run are not in prd.json: .* ${back}$`)),
  ]);
  expect(end.stdout).toContain(back);
  execFileSync('sh', ['-c', back], { cwd: repo.path });
  expect(statusesOf(repo)).toEqual({ A: 'completed', B: 'completed' });
  // Merged once is enough: the new run knows what the branch of the last one has.
  expect((await expectTeams(0, ['status'], { cwd: repo.path })).stdout).toContain('2 of 2 epics merged');
});

test.each([
  [
    'replaces',
    "echo '{}' >{root}/prd.json",
    'prd-damaged',
    /^prd\.json was changed during the run and lacks A, B; /,
  ],
  ['deletes', 'rm {root}/prd.json', 'prd-not-written', /there is no such file/],
])(
  'an agent that %s a PRD which is in no commit: the warning names the copy',
  async (_, harm, code, said) => {
    const repo = project({
      epics: [{ id: 'A' }, { id: 'B' }],
      script: { 'team-lead': { epics: { A: [sh(harm), ...honest] } } },
    });
    const before = read(repo, 'prd.json');
    repo.git('rm', '-q', '--cached', 'prd.json');
    repo.git('commit', '-qm', 'the PRD is mine alone');
    await expectTeams(0, ['run'], { cwd: repo.path });
    const [notice = ''] = noticesOf(repo, code);
    expect(notice).toMatch(said);
    const [, back = ''] = /; to bring it back with the statuses of the run: (cp .*)$/.exec(notice) ?? [];
    execFileSync('sh', ['-c', back], { cwd: repo.path });
    expect(statusesOf(repo)).toEqual({ A: 'completed', B: 'completed' });
    expect(read(repo, 'prd.json').replaceAll('completed', 'pending').replaceAll('true', 'false')).toBe(
      before,
    );
  },
);

test('resume without the PRD of its run names the copy of the run', async () => {
  const crash = sh('rm {root}/prd.json && kill -9 $(ps -o ppid= -p $PPID)');
  const repo = project({ epics: [{ id: 'A' }], script: { 'team-lead': { default: [crash] } } });
  expect((await teams(['run'], { cwd: repo.path })).signal).toBe('SIGKILL');
  const refused = await expectTeams(2, ['resume'], { cwd: repo.path });
  const [, back = 'false'] = /^the run has a copy of it: (cp .*)$/m.exec(refused.stderr) ?? [];
  execFileSync('sh', ['-c', back], { cwd: repo.path });
  rescript(repo, { 'team-lead': { default: honest } });
  await expectTeams(0, ['resume'], { cwd: repo.path });
  expect(statusesOf(repo)).toEqual({ A: 'completed' });
});

test('a merge that an agent forged before it killed teams is not taken for one by resume', async () => {
  const forge = [
    'git commit -q --allow-empty -m forged',
    'm=$(git commit-tree -p refs/heads/teams/$TEAMS_RUN_ID -p HEAD -m "B: done" -m "Teams-Run: $TEAMS_RUN_ID\nTeams-Epic: B\nTeams-Attempt: 1" HEAD^{tree})',
    'git update-ref refs/heads/teams/$TEAMS_RUN_ID $m',
    'kill -9 $(ps -o ppid= -p $PPID)',
  ].join('\n');
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }],
    script: { 'team-lead': { epics: { B: [sh(forge)] } } },
  });
  expect((await teams(['run'], { cwd: repo.path })).signal).toBe('SIGKILL');
  const known = eventsOf(journal(repo.path), 'merge.done')[0]?.commit ?? '';
  const refused = await expectTeams(3, ['resume'], { cwd: repo.path });
  expect(refused.stderr).toContain('something other than teams moved it');
  expect(mergedIn(repo)).toEqual(['A']);
  // What it offers works.
  expect(refused.stderr).toContain(`git branch -f ${integrationOf(repo)} ${known}`);
  repo.git('branch', '-f', integrationOf(repo), known);
  rescript(repo, { 'team-lead': { default: honest } });
  await expectTeams(0, ['resume'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A', 'B']);
  assertNothingLeft(repo);
});

test('a crash does not launder what a session did: its branch is judged again before it is merged', async () => {
  const crash = sh('kill -9 $(ps -o ppid= -p $PPID)');
  const repo = project({
    epics: [{ id: 'A' }],
    script: {
      'team-lead': {
        epics: {
          A: {
            1: [...honest, sh(`sed -i 's/"pending"/"completed"/' prd.json && git commit -qam done`), crash],
          },
        },
      },
    },
  });
  expect((await teams(['run'], { cwd: repo.path })).signal).toBe('SIGKILL');
  rescript(repo, {
    'team-lead': { default: [sh('git checkout -q main -- prd.json && git commit -qm back'), ...onlyMended] },
  });
  await expectTeams(0, ['resume'], { cwd: repo.path });
  // The commit of the story was proven, so only what was wrong had to be mended.
  expect(eventsOf(journal(repo.path), 'attempt.started').map(({ todo }) => todo)).toEqual([['A-1'], []]);
  expect(
    read(
      repo,
      join('.teams/runs', integrationOf(repo).slice('teams/'.length), 'epics/A/attempt-2/prompt.md'),
    ),
  ).toContain(
    'in this order\n\nNone: each is proven already. Have what went wrong before mended and committed, then write the result',
  );
  expect(repo.git('diff', '--name-only', 'main', integrationOf(repo))).toBe('A/A-1.txt');
  assertNothingLeft(repo);
});

test.each([
  ['the evidence of the run', 'rm -rf {root}/.teams', /is gone[\s\S]*journal\.ndjson[\s\S]*teams run/],
  ['the repository itself', 'git config core.bare true', /git status[\s\S]*must be run in a work tree/],
  [
    'signing',
    'git config commit.gpgsign true && git config gpg.program false',
    /commit-tree -S[\s\S]*failed to sign/,
  ],
])(
  'an agent that breaks %s: the run stops with exit code 3 and says what is wrong',
  async (_, harm, said) => {
    const repo = project({
      epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }],
      script: { 'team-lead': { epics: { A: [...honest, sh(harm)] } } },
    });
    const main = repo.git('rev-parse', 'main');
    const { stderr } = await expectTeams(3, ['run'], { cwd: repo.path });
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain('bug in teams');
    expect(repo.git('rev-parse', 'main')).toBe(main);
  },
);

test('what a run left whose record an agent removed is named by the next run, with commands that lose no work', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    script: { 'team-lead': { default: [...honest, sh('rm -rf {root}/.teams/runs')] } },
  });
  await expectTeams(3, ['run'], { cwd: repo.path });
  const [id = ''] = readdirSync(join(repo.path, '.teams/worktrees'));
  const epics = repo.git('for-each-ref', '--format=%(refname:short)', 'refs/heads/teams-epics/').split('\n');
  const worktrees = repo.git('worktree', 'list').split('\n').slice(1);
  expect(worktrees.length).toBeGreaterThan(0);
  rescript(repo, { 'team-lead': { default: honest } });
  // Not of a run of ours: a person's own, and one that came with a clone.
  for (const name of ['teams/mine', 'teams-epics/mine/A', 'teams/20200101-0000-abcdef'])
    repo.git('branch', name);
  // Another checkout of the repository has these branches too, and knows as little of that run.
  repo.git('worktree', 'add', '-q', '--detach', '../linked');

  await expectTeams(0, ['run'], { cwd: repo.path });
  const left = 'something is left of runs that .teams/runs does not know any more';
  const unmerged = `work that is not in your branch is on ${epics.join(', ')}`;
  const [notice = ''] = noticesOf(repo, 'lost-runs');
  const command = /^(.*); to remove it: (.*); (.*)$/.exec(notice);
  expect([command?.[1], command?.[3]]).toEqual([left, unmerged]);
  execFileSync('sh', ['-c', command?.[2] ?? 'false'], { cwd: repo.path, stdio: 'pipe' });
  expect(repo.git('worktree', 'list').split('\n')).toHaveLength(2);
  expect(repo.git('branch', '--list', `teams/${id}`)).toBe('');

  repo.git('checkout', '-q', 'prd.json');
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(noticesOf(repo, 'lost-runs')).toEqual([`${left}; ${unmerged}`]);
  // What the runs of one checkout keep is not lost for another.
  repo.git('branch', '-D', ...epics);
  const linked = { path: join(repo.path, '../linked') };
  copyFileSync(join(repo.path, 'agents.json'), join(linked.path, 'agents.json'));
  await expectTeams(0, ['run'], { cwd: linked.path });
  expect(noticesOf(linked, 'lost-runs')).toEqual([]);
});
