import { expect, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import { startTeams } from '../rig/teams.ts';
import type { TempRepo } from '../rig/temp-repo.ts';
import { expectTeams, integrationOf, mergedIn, prdOf, project, rescript, statusesOf } from './play.ts';

/** How often the history of the newest integration branch has a merge of an epic. */
const mergesOf = (repo: TempRepo, epicId: string): number =>
  repo
    .git('log', '--first-parent', '--format=%(trailers:key=Teams-Epic,valueonly)', integrationOf(repo))
    .split('\n')
    .filter((line) => line === epicId).length;

test('reset takes an epic back to pending and keeps its unmerged work on a branch that it names', async () => {
  const repo = project({
    epics: [{ id: 'P', stories: 2 }, { id: 'B' }],
    config: { attempts: { epic: 1 } },
    script: {
      'team-lead': {
        epics: {
          P: [
            { story: 'P-1', write: { 'p.txt': 'kept' } },
            { fail: 'P-2', reason: 'no' },
          ],
        },
      },
    },
  });
  await expectTeams(1, ['run'], { cwd: repo.path });
  expect((await expectTeams(0, ['summary'], { cwd: repo.path })).stdout).toContain('P');
  const reset = await expectTeams(0, ['reset', 'P'], { cwd: repo.path });
  const branch = /its unmerged work is kept on (\S+)/.exec(reset.stdout)?.[1] ?? '';
  expect(repo.git('show', `${branch}:p.txt`)).toBe('kept');
  expect(statusesOf(repo)).toEqual({ P: 'pending', B: 'completed' });
  expect(prdOf(repo).epics[0]?.userStories).toMatchObject([
    { passes: false, failureReason: null },
    { passes: false, failureReason: null },
  ]);
  expect((await expectTeams(0, ['logs'], { cwd: repo.path })).stdout).toContain(
    `back to pending; unmerged work is kept on ${branch}`,
  );
  expect((await expectTeams(0, ['status', '--why'], { cwd: repo.path })).stdout).toMatch(
    /P .*\n +next: teams run/,
  );

  rescript(repo, { 'team-lead': { default: [{ story: 'each', write: { '{story}.txt': 'x' } }] } });
  await expectTeams(0, ['run'], { cwd: repo.path });
  // From the start again: the kept work is no part of it, and it is kept still.
  expect(eventsOf(journal(repo.path), 'attempt.started')[0]?.todo).toEqual(['P-1', 'P-2']);
  expect(repo.git('ls-tree', '--name-only', integrationOf(repo)).split('\n')).not.toContain('p.txt');
  expect(repo.git('show', `${branch}:p.txt`)).toBe('kept');
  assertNothingLeft(repo);
});

test('an epic with merged dependants is only reset with them; a new run does each again exactly once', async () => {
  const repo = project({ epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }, { id: 'C' }] });
  await expectTeams(0, ['run'], { cwd: repo.path });
  const refused = await expectTeams(2, ['reset', 'A'], { cwd: repo.path });
  expect(refused.stderr).toContain('B');
  expect(refused.stderr).toContain('--cascade');
  expect(statusesOf(repo)).toEqual({ A: 'completed', B: 'completed', C: 'completed' });

  const reset = await expectTeams(0, ['reset', 'A', '--cascade'], { cwd: repo.path });
  expect(reset.stdout).toMatch(/A is pending again.*its merged code stays/);
  expect(statusesOf(repo)).toEqual({ A: 'pending', B: 'pending', C: 'completed' });
  rescript(repo, { 'team-lead': { default: [{ story: 'each', write: { '{story}.again': 'x' } }] } });
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A', 'B']);
  expect([mergesOf(repo, 'A'), mergesOf(repo, 'B'), mergesOf(repo, 'C')]).toEqual([2, 2, 1]);
  expect(statusesOf(repo)).toEqual({ A: 'completed', B: 'completed', C: 'completed' });

  expect((await expectTeams(2, ['reset'], { cwd: repo.path })).stderr).toContain('teams reset --all');
  expect((await expectTeams(2, ['reset', '--all', 'A'], { cwd: repo.path })).stderr).toContain('not both');
  await expectTeams(0, ['reset', '--all'], { cwd: repo.path });
  expect(new Set(Object.values(statusesOf(repo)))).toEqual(new Set(['pending']));
  assertNothingLeft(repo);
});

test('work that is not landed is gone on from when all of it is reset, until its branch is deleted', async () => {
  const repo = project({ epics: [{ id: 'A' }, { id: 'B' }], config: { attempts: { epic: 1 } } });
  await expectTeams(0, ['run'], { cwd: repo.path });
  const first = integrationOf(repo);
  await expectTeams(0, ['reset', 'A', 'B'], { cwd: repo.path });
  rescript(repo, { 'team-lead': { default: [{ fail: 'each', reason: 'no' }] } });
  const again = await expectTeams(1, ['run'], { cwd: repo.path });
  expect(again.stdout).toMatch(
    new RegExp(`, on teams/\\S+ going on from ${first} \\(\\w+\\), which is not landed yet`),
  );
  // Nothing was merged in between, and what was there before still counts.
  const second = integrationOf(repo);
  rescript(repo, { 'team-lead': { default: [{ story: 'each', write: { '{story}.again': 'x' } }] } });
  const third = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(third.stdout).toContain(` going on from ${second} (`);
  expect([mergesOf(repo, 'A'), mergesOf(repo, 'B')]).toEqual([2, 2]);

  await expectTeams(0, ['reset', '--all'], { cwd: repo.path });
  repo.git('branch', '-D', first, second, integrationOf(repo));
  rescript(repo, { 'team-lead': { default: [{ story: 'each', write: { '{story}.new': 'x' } }] } });
  expect((await expectTeams(0, ['run'], { cwd: repo.path })).stdout).toMatch(/, on teams\/\S+ from main \(/);
  expect([mergesOf(repo, 'A'), mergesOf(repo, 'B')]).toEqual([1, 1]);
  assertNothingLeft(repo);
});

test('epics of an interrupted run are reset, and resume goes on with the rest', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }],
    script: {
      'team-lead': { epics: { B: [{ story: 'each', write: { 'half.txt': 'x' } }, { hang: true }] } },
    },
  });
  const run = startTeams(['run'], { cwd: repo.path });
  await run.waitForLine(/B-1 passes/);
  run.kill('SIGKILL');
  await run.ended;
  expect((await expectTeams(0, ['status'], { cwd: repo.path })).stdout).toContain('was cut off');
  const reset = await expectTeams(0, ['reset', 'B'], { cwd: repo.path });
  const branch = /kept on (\S+)/.exec(reset.stdout)?.[1] ?? '';
  expect(repo.git('show', `${branch}:half.txt`)).toBe('x');
  expect(reset.stdout).toContain('next: teams resume');
  assertNothingLeft(repo);
  rescript(repo, { 'team-lead': { default: [{ story: 'each', write: { 'whole.txt': 'x' } }] } });
  await expectTeams(0, ['resume'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A', 'B']);
  const files = repo.git('ls-tree', '--name-only', integrationOf(repo)).split('\n');
  expect(files).toContain('whole.txt');
  expect(files).not.toContain('half.txt');
  assertNothingLeft(repo);
});
