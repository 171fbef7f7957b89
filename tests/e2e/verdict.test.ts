import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Verdict } from '../../src/domain/verdict.ts';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import type { TempRepo } from '../rig/temp-repo.ts';
import { expectTeams, integrationOf, mergedIn, project, sh, statusesOf, type Steps } from './play.ts';

const verdictOf = (repo: TempRepo): Verdict =>
  JSON.parse(readFileSync(join(runFolder(repo.path), 'verdict.json'), 'utf8')) as Verdict;

const rounds = (repo: TempRepo) => eventsOf(journal(repo.path), 'validation.ended');

const answer = (more: object): Steps[number] => ({
  verdict: {
    phase: 'final-validation',
    verdict: 'pass',
    tests: 'na',
    browser_check: 'na',
    timestamp: '2026-01-01T00:00:00Z',
    ...more,
  },
});

const blocker = { severity: 'blocker', title: 'The sum is wrong', details: '1 + 1 is 2' };

test.each<[string, Steps, RegExp]>([
  ['missing', [], /the final validator wrote no result file/],
  ['malformed', [{ corruptResult: '{"phase":"final-validation"}' }], /breaks the contract: verdict/],
  [
    'cut short',
    [sh('echo no memory >&2; exit 7')],
    /the final validator exited with 1: scripted agent: sh ended with exit code 7/,
  ],
  ['for nothing', [{ verdict: 'pass' }, { exit: 2 }], /the final validator exited with 2/],
])('a verdict that is %s is no verdict: the run fails within its budget', async (_, steps, reason) => {
  const repo = project({ epics: [{ id: 'A' }], script: { 'final-validator': { default: steps } } });
  const end = await expectTeams(1, ['run'], { cwd: repo.path });
  expect(rounds(repo).map(({ outcome }) => outcome)).toEqual(['invalid', 'invalid']);
  expect(rounds(repo)[0]?.reasons.join()).toMatch(reason);
  expect(end.stdout).toMatch(reason);
  expect((await expectTeams(0, ['status'], { cwd: repo.path })).stdout).toMatch(/verdict +fail: /);
  // What was merged stays merged: only the judgement is missing.
  expect(mergedIn(repo)).toEqual(['A']);
  assertNothingLeft(repo);
});

test('a verdict that the evidence contradicts is a fail that names the contradiction', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    // It passes everywhere but on the merged tree of the final validation.
    config: { verify: ['case "$PWD" in *_final) exit 7;; esac'], attempts: { final: 1 } },
    script: { 'final-validator': { default: [answer({ tests: 'pass', findings: [blocker] })] } },
  });
  await expectTeams(1, ['run'], { cwd: repo.path });
  const verdict = verdictOf(repo);
  expect(verdict).toMatchObject({ verdict: 'fail', tests: 'fail', source: 'final-validator' });
  expect(verdict.contradictions.join('\n')).toMatch(/says tests pass, but `case .*` exited with 7/);
  expect(verdict.contradictions.join('\n')).toMatch(/names a blocker: The sum is wrong/);
  expect(verdict.checks).toMatchObject([{ exitCode: 7, source: 'teams' }]);
});

test('findings are mended by a builder, merged like an epic, and judged again', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    config: { verify: ['true'] },
    script: {
      'final-validator': {
        default: {
          1: [{ verdict: 'fail', findings: [blocker], coverage: [], summary: 'not yet' }],
          2: [{ verdict: 'pass' }],
        },
      },
      builder: { default: [{ story: 'each', write: { 'sum.txt': '2' } }] },
    },
  });
  const end = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A', '_fix-1']);
  expect(rounds(repo).map(({ outcome }) => outcome)).toEqual(['fail', 'pass']);
  expect(repo.git('show', `${integrationOf(repo)}:sum.txt`)).toBe('2');
  expect(verdictOf(repo)).toMatchObject({
    verdict: 'pass',
    round: 2,
    range: { from: repo.git('rev-parse', 'main'), to: repo.git('rev-parse', integrationOf(repo)) },
    coverage: [{ epicId: 'A', storyId: 'A-1', proven: true, verdict: 'pass', source: 'final-validator' }],
  });
  // The builder was told, and the PRD knows nothing of the epic that teams made.
  const prompt = readFileSync(join(runFolder(repo.path), 'epics/_fix-1/attempt-1/prompt.md'), 'utf8');
  expect(prompt).toContain('The sum is wrong');
  expect(prompt).toContain('1 + 1 is 2');
  expect(statusesOf(repo)).toEqual({ A: 'completed' });
  expect(end.stdout).toContain('a builder mends 1 finding of round 1');
  assertNothingLeft(repo);
});

test('findings that nobody mends fail the run, and the next run judges again', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    config: { attempts: { epic: 1 } },
    script: {
      'final-validator': { default: [{ verdict: 'fail', findings: [blocker] }] },
      builder: { default: [{ fail: 'each', reason: 'too hard' }] },
    },
  });
  const end = await expectTeams(1, ['run'], { cwd: repo.path });
  expect(end.stdout).toMatch(/what the final validation found was not mended: _fix-1 \(failed\)/);
  expect(verdictOf(repo)).toMatchObject({ verdict: 'fail', findings: [blocker] });
  repo.write({ 'agents.json': '{}' });
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual([]);
  expect(verdictOf(repo).verdict).toBe('pass');
});

test('without a validator session the checks decide, and the verdict says so', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    config: { preset: 'minimal', verify: ['test ! -e broken'] },
    script: { 'final-validator': { default: [sh('touch {root}/was-here')] } },
  });
  const end = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(end.stdout).toMatch(/verdict +pass, by the checks alone: there was no validator session/);
  expect(verdictOf(repo)).toMatchObject({
    verdict: 'pass',
    tests: 'pass',
    source: 'teams',
    summary: expect.stringContaining('checks alone'),
    coverage: [{ verdict: 'not-judged', proven: true, source: 'teams' }],
  });
  expect(repo.git('status', '--porcelain')).not.toContain('was-here');
});
