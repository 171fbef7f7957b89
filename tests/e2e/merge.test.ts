import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import type { TempRepo } from '../rig/temp-repo.ts';
import {
  expectTeams,
  integrationOf,
  mergedIn,
  project,
  reasonsOf,
  rescript,
  sh,
  statusesOf,
  type Steps,
} from './play.ts';

const onBranch = (repo: TempRepo, path: string): string => repo.git('show', `${integrationOf(repo)}:${path}`);

const evidence = (repo: TempRepo, epicId: string): { by: string } =>
  JSON.parse(readFileSync(join(runFolder(repo.path), `merges/${epicId}.json`), 'utf8')) as { by: string };

test('a conflict is resolved by the merger, with one merge commit that has our trailers', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }],
    files: { 'list.txt': 'of nobody\n' },
    config: { parallel: 2 },
    script: { 'team-lead': { default: [{ story: 'each', write: { 'list.txt': 'of {epic}\n' } }] } },
  });
  const end = await expectTeams(0, ['run'], { cwd: repo.path });
  const [first, second] = mergedIn(repo);
  expect(onBranch(repo, 'list.txt').split('\n').toSorted()).toEqual(['of A', 'of B']);
  expect(evidence(repo, second ?? '').by).toBe('merger');
  expect(eventsOf(journal(repo.path), 'merge.conflicted')).toMatchObject([
    { epicId: second, kind: 'conflict', files: ['list.txt'] },
  ]);
  expect(end.stdout).toContain('with conflicts resolved by the merger');
  const trailers = repo.git(
    'log',
    '--first-parent',
    '--format=%(trailers:key=Teams-Epic,valueonly)',
    `main..${integrationOf(repo)}`,
  );
  expect(trailers.split(/\s+/)).toEqual([second, first]);
  assertNothingLeft(repo);
});

const result = '{"resolved":true}';

/** What a merger does instead of its job, and what a person reads. */
const LIES: Readonly<Record<string, { readonly steps: Steps; readonly reason: RegExp }>> = {
  markers: {
    steps: [sh('git add -A && git commit -qm done'), { corruptResult: result }],
    reason: /conflict markers are left in markers\.txt/,
  },
  dropped: {
    steps: [sh('git reset -q --hard && git commit -q --allow-empty -m done'), { corruptResult: result }],
    reason: /drops the whole work of the epic/,
  },
  nothing: { steps: [{ corruptResult: result }], reason: /left its work uncommitted/ },
  aborted: { steps: [sh('git merge --abort'), { corruptResult: result }], reason: /committed nothing/ },
  crashed: {
    steps: [sh('echo out of memory >&2; exit 7')],
    reason: /^the merger exited with 1: scripted agent: sh ended with exit code 7/,
  },
  silent: { steps: [{ resolve: 'union' }, sh('rm "$TEAMS_RESULT_PATH"')], reason: /wrote no result file/ },
  honest: {
    steps: [{ corruptResult: '{"resolved":false,"details":"both are right"}' }],
    reason: /could not resolve it: both are right/,
  },
  prd: {
    steps: [{ resolve: 'union' }, sh('echo {} > prd.json && git commit -qam x')],
    reason: /changes prd\.json, which only people may change/,
  },
  nested: {
    steps: [
      { resolve: 'union' },
      sh('git init -q n && git -C n commit -q --allow-empty -m x && git add n && git commit -qm x'),
    ],
    reason: /n: a repository inside the repository/,
  },
  destroyed: { steps: [{ resolve: 'union' }, sh('rm -rf {worktree}')], reason: /destroyed its worktree/ },
};

test('a merger that lies is not believed; the work is kept, and a new run merges it', async () => {
  const ids = Object.keys(LIES);
  const contents = (by: string): Record<string, string> =>
    Object.fromEntries(ids.map((id) => [`${id}.txt`, `of ${by}\n`]));
  // The other epics began before this one was merged, and go on when it is.
  const afterFirst = sh(
    'while [ "$(git rev-parse teams/$TEAMS_RUN_ID)" = "$(git rev-parse main)" ]; do sleep 0.02; done',
  );
  const repo = project({
    epics: [{ id: 'first' }, ...ids.map((id) => ({ id }))],
    files: contents('nobody'),
    config: { parallel: 1 + ids.length, attempts: { merge: 1 } },
    script: {
      'team-lead': {
        default: [
          afterFirst,
          { story: 'each', write: { '{epic}.txt': 'of {epic}\n', 'kept/{epic}.txt': 'x' } },
        ],
        epics: { first: [{ story: 'each', write: contents('first') }] },
      },
      merger: { epics: Object.fromEntries(Object.entries(LIES).map(([id, { steps }]) => [id, steps])) },
    },
  });
  const end = await expectTeams(1, ['run'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['first']);
  const why = (await expectTeams(0, ['status', '--why'], { cwd: repo.path })).stdout;
  const failed = eventsOf(journal(repo.path), 'merge.failed');
  expect(failed).toHaveLength(ids.length);
  for (const { epicId, reason, files, branch } of failed) {
    expect.soft(files).toEqual([`${epicId}.txt`]);
    expect.soft(reason).toMatch(LIES[epicId]?.reason ?? /nothing/);
    expect.soft(end.stdout).toContain(`${epicId}.txt`);
    expect.soft(repo.git('ls-tree', '--name-only', branch, 'kept/')).toBe(`kept/${epicId}.txt`);
    expect.soft(why).toContain(`the work is on ${branch}`);
    expect.soft(statusesOf(repo)[epicId]).toBe('merge-failed');
  }
  assertNothingLeft(repo);

  // The work was proven: no lead does it again.
  rescript(repo, { 'team-lead': { default: [{ exit: 9 }] } });
  const again = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(again.stdout).toContain('going on from teams/');
  expect(new Set(mergedIn(repo))).toEqual(new Set(ids));
  for (const id of ids) {
    expect
      .soft(onBranch(repo, `${id}.txt`).split('\n').toSorted())
      .toEqual(['of first', `of ${id}`].toSorted());
  }
  assertNothingLeft(repo);
});

test('a check that fails only on the merged candidate goes to the merger', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }],
    config: {
      parallel: 2,
      attempts: { merge: 3 },
      verify: ['test ! -e a.txt -o ! -e b.txt -o -e both.txt'],
    },
    script: {
      'team-lead': {
        epics: {
          A: [{ story: 'each', write: { 'a.txt': 'a' } }],
          B: [{ story: 'each', write: { 'b.txt': 'b' } }],
        },
      },
      merger: {
        default: {
          1: [{ corruptResult: '{"resolved":false,"details":"no idea"}' }],
          2: [{ corruptResult: '{"resolved":false,"details":"still none"}' }],
          3: [{ resolve: { 'both.txt': 'x' } }],
        },
      },
    },
  });
  await expectTeams(0, ['run'], { cwd: repo.path });
  const conflicts = eventsOf(journal(repo.path), 'merge.conflicted');
  const [check] = conflicts;
  // What a merger says stands beside what it was to resolve, not beside what the one before it said.
  expect(conflicts).toMatchObject([
    { kind: 'check', files: [], reason: expect.stringContaining('exited with 1') },
    { kind: 'check', reason: `the merger could not resolve it: no idea (${check?.reason})` },
    { kind: 'check', reason: `the merger could not resolve it: still none (${check?.reason})` },
  ]);
  expect(onBranch(repo, 'both.txt')).toBe('x');
  const failedCheck = eventsOf(journal(repo.path), 'check.ended').find((event) => event.exitCode !== 0);
  expect(failedCheck?.where).toBe('candidate');
  expect(readFileSync(join(runFolder(repo.path), failedCheck?.log ?? ''), 'utf8')).toBeDefined();
});

test('work of an earlier run that an agent throws away keeps its branch', async () => {
  const repo = project({
    epics: [{ id: 'P', stories: 2 }],
    config: { attempts: { epic: 1 } },
    script: {
      'team-lead': {
        default: [
          { story: 'P-1', write: { 'p1.txt': '1' } },
          { fail: 'P-2', reason: 'no' },
        ],
      },
    },
  });
  await expectTeams(1, ['run'], { cwd: repo.path });
  const branch = `${integrationOf(repo).replace(/^teams/, 'teams-epics')}/P`;
  rescript(repo, { 'team-lead': { default: [sh('git reset -q --hard HEAD~1')] } });
  await expectTeams(1, ['run'], { cwd: repo.path });
  expect(reasonsOf(repo, 'P').map(({ rule }) => rule)).toContain('story-lost');
  expect(repo.git('show', `${branch}:p1.txt`)).toBe('1');
});

test('partial and failed epics are tried again by a new run, with the work that was proven', async () => {
  const repo = project({
    epics: [{ id: 'P', stories: 3 }, { id: 'F' }, { id: 'D', dependsOn: ['P'] }],
    config: { attempts: { epic: 1 } },
    script: {
      'team-lead': {
        epics: {
          P: [
            { story: 'P-1', write: { 'p1.txt': '1' } },
            { fail: 'P-2', reason: 'the API is down' },
            { story: 'P-3', write: { 'p3.txt': '3' } },
          ],
          F: [{ lie: 'each' }],
        },
      },
    },
  });
  await expectTeams(1, ['run'], { cwd: repo.path });
  expect(statusesOf(repo)).toEqual({ P: 'partial', F: 'failed', D: 'pending' });
  const why = (await expectTeams(0, ['status', '--why'], { cwd: repo.path })).stdout;
  expect(why).toMatch(/P +some stories pass after 1 attempt, not all: P-2: the API is down/);
  expect(why).toMatch(/D +waits for P, which is partial/);

  rescript(repo, {});
  const again = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(again.stdout).toContain('goes on with unmerged work of earlier runs: P');
  const attempt = eventsOf(journal(repo.path), 'attempt.started').find((event) => event.epicId === 'P');
  expect(attempt?.todo).toEqual(['P-2']);
  expect(onBranch(repo, 'p1.txt')).toBe('1');
  expect(repo.git('for-each-ref', '--format=%(refname)', 'refs/heads/teams-epics')).toBe('');
});
