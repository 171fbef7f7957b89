import { describe, expect, test, type TestContext } from 'vitest';
import { DEFAULTS } from '../../src/domain/config.ts';
import { assertNothingLeft, survivors } from '../rig/leftovers.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import { scriptedProject, type ScriptSpec } from '../rig/scripted-project.ts';
import { startTeams, teams, type TeamsHandle } from '../rig/teams.ts';
import type { TempRepo } from '../rig/temp-repo.ts';

/** A lead that does its first story and then ignores SIGTERM, as do two grandchildren of its, one of them in a session of its own. */
const STUBBORN: ScriptSpec = {
  'team-lead': {
    epics: {
      B: [
        { spawn: 'group', ignoreSigterm: true },
        { spawn: 'detached', ignoreSigterm: true },
        { ignoreSigterm: true },
        { story: 'B-1', write: { 'b-1.txt': 'done\n' } },
        { hang: true },
      ],
    },
  },
};

/** A run that has come to where the lead of B has done what it does, and hangs. */
async function stubbornRun(
  { onTestFinished }: TestContext,
  grace: string,
): Promise<{ repo: TempRepo; run: TeamsHandle }> {
  const repo = scriptedProject({
    epics: [{ id: 'A' }, { id: 'B', stories: 2, dependsOn: ['A'] }, { id: 'C', dependsOn: ['B'] }],
    config: { timeouts: { grace } },
    script: STUBBORN,
  });
  onTestFinished(() => repo.remove());
  const run = startTeams(['run', '--json'], { cwd: repo.path });
  onTestFinished(() => {
    run.kill('SIGKILL');
    // A failed test must not leave behind what it is about.
    for (const pid of survivors(runIdOf(repo))) process.kill(pid, 'SIGKILL');
  });
  await run.waitForLine(/"type":"story.updated","epicId":"B"/);
  return { repo, run };
}

const runIdOf = (repo: TempRepo): string => eventsOf(journal(repo.path), 'run.started')[0]?.runId ?? '';

/** The run goes on under its id, and nothing that was done is done again. */
async function expectResumed(repo: TempRepo): Promise<void> {
  const runId = runIdOf(repo);
  repo.write({ 'agents.json': '{}' });
  const end = await teams(['resume'], { cwd: repo.path });
  expect(end.code, end.stderr + end.stdout).toBe(0);
  const events = journal(repo.path);
  expect(runIdOf(repo)).toBe(runId);
  expect(eventsOf(events, 'merge.done').map((event) => event.epicId)).toEqual(['A', 'B', 'C']);
  const attempts = eventsOf(events, 'attempt.started').filter((event) => event.epicId === 'B');
  expect(attempts.map((event) => event.todo)).toEqual([['B-1', 'B-2'], ['B-2']]);
  assertNothingLeft(repo);
}

// Each mostly waits for what ignores it.
describe.concurrent('a session that ignores SIGTERM', () => {
  test('Ctrl-C: exit 130 within five seconds, nothing alive or left, and resume goes on with the same run', async (context) => {
    // A third of the grace time is waited for: of the default one it leaves time for the rest of a stop, and of this one
    // so much that a busy machine is no failure.
    expect(DEFAULTS.timeouts.grace / 3).toBeLessThan(4_000);
    const { repo, run } = await stubbornRun(context, '1s');
    expect(survivors(runIdOf(repo)).length).toBeGreaterThanOrEqual(3);
    const begin = performance.now();
    run.kill('SIGINT');
    const end = await run.ended;
    expect(end).toMatchObject({ code: 130, signal: null });
    expect(performance.now() - begin).toBeLessThan(5_000);
    assertNothingLeft(repo);
    expect(journal(repo.path).at(-1)).toMatchObject({ type: 'run.ended', outcome: 'interrupted' });
    await expectResumed(repo);
  });

  test('Ctrl-\\ is no way to leave its sessions alive: it stops the run like Ctrl-C', async (context) => {
    const { repo, run } = await stubbornRun(context, '1s');
    run.kill('SIGQUIT');
    expect(await run.ended).toMatchObject({ code: 130, signal: null });
    assertNothingLeft(repo);
    await expectResumed(repo);
  });

  test('Ctrl-C twice: exit 130 at once, nothing alive, and resume goes on with the same run', async (context) => {
    // One Ctrl-C would wait for a third of it, which is far beyond the time limit of the test.
    const { repo, run } = await stubbornRun(context, '1h');
    run.kill('SIGINT');
    await run.waitForLine(/"type":"stop.requested"/);
    run.kill('SIGINT');
    const end = await run.ended;
    expect(end).toMatchObject({ code: 130, signal: null });
    expect(survivors(runIdOf(repo))).toEqual([]);
    await expectResumed(repo);
  });

  test('kill -9: what is left alive is ended by resume, which goes on with the same run', async (context) => {
    const { repo, run } = await stubbornRun(context, '1s');
    run.kill('SIGKILL');
    await run.ended;
    expect(survivors(runIdOf(repo)).length).toBeGreaterThanOrEqual(3);
    await expectResumed(repo);
  });
});
