import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertNothingLeft, leftovers } from '../rig/leftovers.ts';
import { prd } from '../rig/prd.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import { startTeams } from '../rig/teams.ts';
import type { TempRepo } from '../rig/temp-repo.ts';
import { expectTeams, mergedIn, noticesOf, type PrdFile, project, rescript } from './play.ts';

/** A run whose teams is killed as soon as it has printed such an event. */
async function killedAt(repo: TempRepo, event: RegExp): Promise<void> {
  const run = startTeams(['run', '--json'], { cwd: repo.path });
  onTestFinished(() => {
    for (const pid of leftovers(repo)['processes'] ?? []) process.kill(Number(pid), 'SIGKILL');
  });
  await run.waitForLine(event);
  run.kill('SIGKILL');
  await run.ended;
}

/** Printed is not yet on disk; the start of the attempt is, once its process has started. */
const AT_WORK_ON_B = /^(?=.*"type":"process\.started")(?=.*"epicId":"B")/;

test('an epic that was taken out of the PRD is not built from anything else', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }],
    config: { parallel: 1 },
    script: { 'team-lead': { epics: { B: [{ hang: true }] } } },
  });
  await killedAt(repo, AT_WORK_ON_B);
  const whole = readFileSync(join(repo.path, 'prd.json'), 'utf8');
  const { epics, ...rest } = JSON.parse(whole) as PrdFile;
  repo.write({ 'prd.json': JSON.stringify({ ...rest, epics: epics.filter(({ id }) => id !== 'B') }) });
  const { stderr } = await expectTeams(3, ['resume'], { cwd: repo.path });
  expect(stderr).toBe(`error: not merged, and not in the PRD any more: B
  where: prd.json
  why:   this run still has to build what was taken out
  fix:   teams run   starts a new run over the PRD as it is now; or put it back, then: teams resume
`);
  repo.write({ 'prd.json': whole });
  rescript(repo, {});
  await expectTeams(0, ['resume'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A', 'B']);
  assertNothingLeft(repo);
});

test('an epic that was edited starts again; an edit of one that is merged already is said to change nothing', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }],
    script: { 'team-lead': { epics: { B: [{ hang: true }] } } },
  });
  await killedAt(repo, AT_WORK_ON_B);
  repo.write({
    'prd.json': prd([
      { id: 'A', stories: 2 },
      { id: 'B', stories: 2, dependsOn: ['A'] },
    ]),
  });
  rescript(repo, {});
  const { stdout } = await expectTeams(0, ['resume'], { cwd: repo.path });
  const [, found] = /resumed: 1 of 2 epics are merged, (.*)$/m.exec(stdout) ?? [];
  expect(found?.replace(/, \d+ left-over process(es)? ended/, '')).toBe(
    '1 attempt was cut off; edited since and started again: B',
  );
  expect(noticesOf(repo, 'edited-after-merge')).toEqual([
    'edited after they were merged, which this run does not do again: A (teams reset, once the run has ended)',
  ]);
});

test('a merge that was cut off does not count as one', async () => {
  const hang = '"$(git rev-parse --git-common-dir)/hang"';
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }],
    // On the candidate, which is on no branch.
    config: { verify: [`! test -e ${hang} || git symbolic-ref -q HEAD || exec sleep 600`] },
  });
  repo.write({ '.git/hang': '' });
  await killedAt(repo, /"type":"check.started","epicId":"A","where":"candidate"/);
  unlinkSync(join(repo.path, '.git/hang'));
  await expectTeams(0, ['resume'], { cwd: repo.path });
  const [resumed] = eventsOf(journal(repo.path), 'run.resumed');
  expect(resumed?.found).toMatch(/^0 of 2 epics are merged/);
  expect(mergedIn(repo)).toEqual(['A', 'B']);
  assertNothingLeft(repo);
});
