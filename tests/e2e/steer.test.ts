import { existsSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import { startTeams, teams, type TeamsEnd } from '../rig/teams.ts';
import type { TempRepo } from '../rig/temp-repo.ts';
import { expectTeams, integrationOf, project, sh } from './play.ts';

const INTRODUCTION = 'The person who runs this says, while you work:\n\n';
const SOON = { timeout: 20_000, interval: 20 };
const WAIT = 'while [ ! -e ../../../go ]; do sleep 0.1; done';
/** Ends what waits in a worktree of the run. */
const release = (repo: TempRepo, name = 'go'): void => writeFileSync(join(repo.path, '.teams', name), '');

const inbox = (repo: TempRepo): string => join(runFolder(repo.path), 'epics/A/attempt-1/inbox');
const listening = (repo: TempRepo) => vi.waitFor(() => expect(existsSync(inbox(repo))).toBe(true), SOON);
const say = (repo: TempRepo, words: readonly string[], stdin?: string): Promise<TeamsEnd> =>
  teams(['steer', 'A', ...words], { cwd: repo.path, ...(stdin !== undefined && { stdin }) });
const steeredIn = (repo: TempRepo) =>
  eventsOf(journal(repo.path), 'session.steered').map(({ epicId, attempt, text, read }) => ({
    epicId,
    attempt,
    text,
    read,
  }));

test('what a person says reaches the lead at work, in order, whole, and stands in the logs', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    script: {
      'team-lead': {
        default: [
          { listen: 'first' },
          { listen: 'second' },
          { story: 'A-1', write: { 'said.txt': '{first}|{second}' } },
        ],
      },
    },
  });
  const run = startTeams(['run'], { cwd: repo.path });
  await listening(repo);
  expect(await say(repo, ['Use', 'the', 'new', 'name'])).toMatchObject({
    code: 0,
    stdout: 'A: the lead has read it\n',
    stderr: '',
  });
  const long = `two\nlines "and" \u001b[31mred ${'x'.repeat(30_000)}`;
  expect(await say(repo, ['-'], long)).toMatchObject({ code: 0, stdout: 'A: the lead has read it\n' });
  const end = await run.ended;
  expect(end.code, end.stdout + end.stderr).toBe(0);
  expect(repo.git('show', `${integrationOf(repo)}:said.txt`)).toBe(
    `${INTRODUCTION}Use the new name|${INTRODUCTION}${long}`,
  );
  const told = `two lines "and" red ${'x'.repeat(479)}…`;
  expect(steeredIn(repo)).toEqual([
    { epicId: 'A', attempt: 1, text: 'Use the new name', read: true },
    { epicId: 'A', attempt: 1, text: told, read: true },
  ]);
  expect(end.stdout).toContain('A      the lead has read: Use the new name\n');
  const logs = await expectTeams(0, ['logs', 'A'], { cwd: repo.path });
  expect(logs.stdout).toContain(`the lead has read: ${told}\n`);
  assertNothingLeft(repo);
});

test('what the lead does not read before it ends is told to be lost', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    config: { attempts: { epic: 1 }, verify: [WAIT.replace('go', 'checked')] },
    script: { 'team-lead': { default: [sh(WAIT), { story: 'A-1', write: { 'a.txt': 'a' } }] } },
  });
  const run = startTeams(['run'], { cwd: repo.path });
  await listening(repo);
  const taken = new Promise<void>((resolve) => {
    const watcher = watch(inbox(repo), (_, name) => {
      if (name?.endsWith('.txt') !== true || existsSync(join(inbox(repo), name))) return;
      watcher.close();
      resolve();
    });
  });
  const said = say(repo, ['Wait!']);
  await taken;
  release(repo);
  expect(await said).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `error: the session of A ended before it read the message
  fix:   teams logs A; if there is a session again, say it again
`,
  });
  await vi.waitFor(() => expect(eventsOf(journal(repo.path), 'check.started')).toHaveLength(1), SOON);
  expect(await say(repo, ['Still there?'])).toMatchObject({
    code: 1,
    stderr: `error: A has no session now: it is being set up or checked
  fix:   look with teams logs A, and try again when its session is at work
`,
  });
  release(repo, 'checked');
  const end = await run.ended;
  expect(end.code, end.stdout + end.stderr).toBe(0);
  expect(steeredIn(repo)).toMatchObject([{ text: 'Wait!', read: false }]);
  expect(end.stdout).toContain('A      the session ended before it read: Wait!\n');
  assertNothingLeft(repo);
});

test('a lead that is busy has it, and reads it after its step', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    script: {
      'team-lead': {
        default: [sh(WAIT), { listen: 'it' }, { story: 'A-1', write: { 'said.txt': '{it}' } }],
      },
    },
  });
  const run = startTeams(['run'], { cwd: repo.path });
  await listening(repo);
  expect(await say(repo, ['Later'])).toMatchObject({
    code: 0,
    stdout: 'A: the lead has it, and reads it after its current step (teams logs A)\n',
  });
  expect(steeredIn(repo)).toEqual([]);
  release(repo);
  expect((await run.ended).code).toBe(0);
  expect(steeredIn(repo)).toMatchObject([{ text: 'Later', read: true }]);
});

test('where nobody listens, it says so at once, and what to do', async () => {
  const repo = project({
    epics: [
      { id: 'A', more: { backend: 'deaf' } },
      { id: 'B', dependsOn: ['A'] },
    ],
    config: {
      attempts: { epic: 1 },
      backends: { deaf: { command: ['sh', '-c', `${WAIT}; exit 1`], stdin: 'none', env: [] } },
    },
  });
  const refused = async (args: readonly string[], stdin?: string) => {
    const options = { cwd: repo.path, ...(stdin !== undefined && { stdin }) };
    const { code, stdout, stderr } = await teams(['steer', ...args], options);
    expect(stdout).toBe('');
    return [code, stderr.replaceAll(repo.path, '/repo')];
  };
  expect(await refused(['A', 'hello'])).toEqual([
    2,
    `error: no run is at work here, so there is no session to talk to
  where: /repo
  fix:   teams run
`,
  ]);
  const run = startTeams(['run'], { cwd: repo.path });
  await vi.waitFor(() => expect(eventsOf(journal(repo.path), 'process.started')).toHaveLength(1), SOON);
  expect(await refused(['A', 'hello'])).toEqual([
    1,
    `error: deaf takes no messages while it works on A
  why:   its command line has no way in once a session has begun
  fix:   press Ctrl-C in the terminal of the run, edit A in the PRD, then: teams resume
`,
  ]);
  expect(await refused(['B', 'hello'])).toEqual([
    1,
    `error: nobody works on B now: it is waiting
  fix:   teams status; what the next attempt has to know goes into the PRD, for example into the description of B
`,
  ]);
  expect(await refused(['a', 'hello'])).toEqual([
    2,
    `error: there is no epic a in this run
  fix:   did you mean A?
`,
  ]);
  expect(await refused(['A', ' '])).toEqual([
    2,
    `error: the message is empty
  fix:   teams steer A "Say it"
`,
  ]);
  expect(await refused(['A', '-'], 'x'.repeat(32 * 1024 + 1))).toEqual([
    2,
    `error: the message is longer than 32 KB
  fix:   put it into a file that the agent can read, and send where that is
`,
  ]);
  release(repo);
  expect((await run.ended).code).toBe(1);
  expect((await refused(['A', 'hello']))[0]).toBe(2);
});
