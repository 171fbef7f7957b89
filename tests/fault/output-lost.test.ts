import { expect, onTestFinished, test } from 'vitest';
import { assertNothingLeft, survivors } from '../rig/leftovers.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import { scriptedProject } from '../rig/scripted-project.ts';
import { startTeams, teams, type TeamsHandle } from '../rig/teams.ts';
import type { TempRepo } from '../rig/temp-repo.ts';

// With a terminal that is really gone: tests/terminal.

/** A run at a session that hangs and ignores SIGTERM, so that a stop in good order takes its time. */
async function hangingRun(): Promise<{ repo: TempRepo; run: TeamsHandle }> {
  const repo = scriptedProject({
    epics: [{ id: 'A' }],
    config: { timeouts: { grace: '2s' } },
    script: { 'team-lead': { default: [{ ignoreSigterm: true }, { say: 'busy' }, { hang: true }] } },
  });
  onTestFinished(() => repo.remove());
  const run = startTeams(['run', '--json'], { cwd: repo.path });
  onTestFinished(() => {
    run.kill('SIGKILL');
    const runId = eventsOf(journal(repo.path), 'run.started')[0]?.runId ?? '';
    for (const pid of survivors(runId)) process.kill(pid, 'SIGKILL');
  });
  await run.waitForLine(/"type":"session.opened"/);
  return { repo, run };
}

const STOPPED =
  'the run was stopped, because nobody takes its output any more: teams resume goes on with it\n';

const INTERRUPTED = { type: 'run.ended', outcome: 'interrupted' };

test('a terminal that tells twice that it goes away is no second Ctrl-C', async () => {
  const { repo, run } = await hangingRun();
  run.kill('SIGHUP');
  await run.waitForLine(/"type":"stop.requested"/);
  run.kill('SIGHUP');
  expect(await run.ended).toMatchObject({ code: 130, signal: null });
  expect(journal(repo.path).at(-1)).toMatchObject(INTERRUPTED);
  assertNothingLeft(repo);
});

test('Ctrl-C that ends the reader too, as in `teams run | tee log`, is no second one', async () => {
  const { repo, run } = await hangingRun();
  run.leave();
  run.kill('SIGINT');
  expect(await run.ended).toMatchObject({ code: 130, signal: null });
  expect(journal(repo.path).at(-1)).toMatchObject(INTERRUPTED);
  assertNothingLeft(repo);
});

test('a run whose reader leaves, as in `teams run | head -1`, says why it stopped and what goes on', async () => {
  const repo = scriptedProject({
    epics: [{ id: 'A' }],
    script: { 'team-lead': { default: [{ listen: 'word' }, { hang: true }] } },
  });
  onTestFinished(() => repo.remove());
  const run = startTeams(['run'], { cwd: repo.path });
  await run.waitForLine(/attempt 1 starts/);
  run.leave({ stderr: false });
  // That it was read is the next line, which reaches nobody.
  expect((await teams(['steer', 'A', 'Hello'], { cwd: repo.path })).code).toBe(0);
  expect(await run.ended).toMatchObject({ code: 130, signal: null, stderr: STOPPED });
  assertNothingLeft(repo);
});

test('a run whose output goes to a full disk is interrupted, and says why', async () => {
  const repo = scriptedProject({ epics: [{ id: 'A' }] });
  onTestFinished(() => repo.remove());
  const end = await teams(['run', '--json'], { cwd: repo.path, stdoutFile: '/dev/full' });
  expect(end).toEqual({
    code: 130,
    signal: null,
    stdout: '',
    stderr: `stdout cannot be written: ENOSPC: no space left on device, write\n${STOPPED}`,
  });
  expect(journal(repo.path).at(-1)).toMatchObject(INTERRUPTED);
  assertNothingLeft(repo);
  expect((await teams(['resume'], { cwd: repo.path })).code).toBe(0);
});

test('a command whose output goes to a full disk says so, with exit code 3', async () => {
  const repo = scriptedProject({ epics: [{ id: 'A' }] });
  onTestFinished(() => repo.remove());
  expect(await teams(['validate'], { cwd: repo.path, stdoutFile: '/dev/full' })).toMatchObject({
    code: 3,
    stderr: 'stdout cannot be written: ENOSPC: no space left on device, write\n',
  });
});
