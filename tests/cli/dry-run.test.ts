import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { EventPayload } from '../../src/domain/events.ts';
import { attemptEnded, attemptStarted, epicPlan, runStarted } from '../report/story.ts';
import { type TempRepo, tempRepo } from '../rig/temp-repo.ts';
import { runCli } from './cli.ts';

let repo: TempRepo;
afterEach(() => repo.remove());

const epic = (id: string, dependsOn: string[] = []): object => ({
  id,
  title: `Epic ${id}`,
  dependsOn,
  userStories: [{ id: `${id}-1`, title: 'T', acceptanceCriteria: ['prints a'] }],
});
const PRD = JSON.stringify({ project: 'P', epics: [epic('A'), epic('B', ['A'])] });

/** The events a minute apart. */
function journal(runId: string, payloads: readonly EventPayload[]): string {
  const folder = join(repo.path, '.teams', 'runs', runId);
  mkdirSync(folder, { recursive: true });
  const lines = payloads.map((payload, n) =>
    JSON.stringify({
      v: 1,
      seq: n + 1,
      at: new Date(Date.UTC(2026, 0, 1, 10, n)).toISOString(),
      ...payload,
      ...(payload.type === 'run.started' && { runId }),
    }),
  );
  writeFileSync(join(folder, 'journal.ndjson'), `${lines.join('\n')}\n`);
  return join(folder, 'journal.ndjson');
}
const recorded: readonly EventPayload[] = [
  runStarted([epicPlan('A', 'A', 1)]),
  ...[1, 2, 3].flatMap((n) => [attemptStarted('A', n), attemptEnded('A', n, 'passed')]),
];

test('without a record: waves, critical path, and an estimate that says what it assumes', async () => {
  repo = tempRepo({ files: { 'prd.json': PRD } });
  const { code, stdout } = await runCli(['run', '--dry-run'], repo.path);
  expect(code).toBe(0);
  const commit = repo.git('rev-parse', 'HEAD').slice(0, 12);
  expect(stdout).toBe(`P: 2 epics, 2 stories, 0 completed

wave 1
* A  pending        0/1  Epic A

wave 2
* B  pending        0/1  Epic B  ← A

critical path *  A → B (2 stories)

time      14m to 26m, 1 session at a time (8 of 10 simulated runs)
tokens    756k to 3.0M in, 19k to 61k out
cost      unknown
from      assumptions, no measurements: no attempt on claude is on record here

would run 2 epics from main at ${commit}, 1 at a time on claude; nothing was done
`);
});

test('with records: from them, as far as they can be read', async () => {
  repo = tempRepo({
    files: {
      'prd.json': PRD,
      'teams.config.yml':
        'backend: scripted\nvalidation: { final: never }\nbackends: { scripted: { script: a.yml } }\n',
    },
  });
  journal('20260101-1000-aaaaaa', recorded);
  journal('20260101-1001-aaaaaa', recorded);
  writeFileSync(journal('20260101-1002-aaaaaa', recorded), '{"v":1,"seq":1}\n');
  truncateSync(journal('20260101-1003-aaaaaa', recorded), 20_000_000);
  const plan = JSON.parse((await runCli(['run', '--dry-run', '--json'], repo.path)).stdout) as object;
  expect(plan).toMatchObject({
    waves: [['A'], ['B']],
    criticalPath: ['A', 'B'],
    estimate: {
      basis: [{ backend: 'scripted', from: 'recorded', attempts: 6, runs: 2 }],
      inputTokens: null,
      costUsd: null,
      leftOut: 2,
      mayReachRunLimit: false,
    },
  });
  const { stdout } = await runCli(['run', '--dry-run'], repo.path);
  expect(stdout).toMatch(/^time {6}about 2m 00s, 1 session at a time \(8 of 10 simulated runs\)$/m);
  expect(stdout).toContain(`tokens    unknown
cost      unknown
from      6 attempts on scripted in 2 recorded runs
          2 journals are left out: too large, or not readable
`);
});

test('nothing to run, nothing to estimate', async () => {
  repo = tempRepo({
    files: {
      'prd.json': PRD.replaceAll('"id":"A"', '"status":"completed","id":"A"').replaceAll(
        '"id":"B"',
        '"status":"completed","id":"B"',
      ),
    },
  });
  const { code, stdout } = await runCli(['run', '--dry-run'], repo.path);
  expect([code, stdout.includes('time  ')]).toEqual([0, false]);
});

test('a folder whose name begins with two dots is inside of the repository, the one above is not', async () => {
  repo = tempRepo({ files: { '..plans/prd.json': PRD } });
  expect((await runCli(['run', '--dry-run', '..plans/prd.json'], repo.path)).code).toBe(0);
  const lint = await runCli(['validate', '--lint', '--sarif', '..plans/none.json'], repo.path);
  expect(lint.stdout).toContain('"uri": "..plans/none.json"');
  writeFileSync(join(repo.path, '..', 'prd.json'), PRD);
  const outside = await runCli(['run', '--dry-run', '../prd.json'], repo.path);
  expect([outside.code, outside.stderr]).toEqual([
    2,
    `error: the PRD is outside of the repository\n  where: ${join(repo.path, '..', 'prd.json')}\n  fix:   move it into the repository, it need not be committed\n`,
  ]);
});

test('a base that is not there: the branches of the person are named, those of runs are not', async () => {
  repo = tempRepo({ files: { 'prd.json': PRD } });
  for (const branch of ['teams-page', 'teams/20260101-1000-abcdzz', 'teams-epics/20260101-1000-abcdzz/A']) {
    repo.git('branch', branch);
  }
  expect(await runCli(['run', '--dry-run', '--base', 'nowhere'], repo.path)).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: there is no branch "nowhere"
  where: --base, or base in the configuration
  why:   the branches are: main, teams-page
  fix:   teams run --base main, or correct --base, or base in the configuration
`,
  });
});
