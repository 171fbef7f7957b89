import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import { startTeams } from '../rig/teams.ts';
import type { TempRepo } from '../rig/temp-repo.ts';
import { expectTeams, mergedIn, noticesOf, project, reasonsOf, rescript, statusesOf } from './play.ts';

const attemptsAt = (repo: TempRepo, epicId: string) =>
  eventsOf(journal(repo.path), 'attempt.started').filter((event) => event.epicId === epicId);
const pausesOf = (repo: TempRepo) => eventsOf(journal(repo.path), 'backend.paused');

test('a limit is waited for: no attempt is used up, nothing is started meanwhile, the session goes on', async () => {
  const repo = project({
    epics: [{ id: 'A', stories: 2 }, { id: 'B' }],
    config: { attempts: { epic: 1 } },
    script: {
      'team-lead': {
        epics: {
          A: [
            { story: 'A-1', write: { 'a-1.txt': 'one\n' } },
            { trouble: 'rate-limit', resetsIn: '1.5s', attempts: 1 },
            { story: 'A-2', write: { 'a-2.txt': 'two\n' } },
          ],
        },
      },
    },
  });
  const { stdout } = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(stdout).toMatch(/agents is left alone until \S+Z: the script has a trouble: rate-limit, lifted at /);
  expect(stdout).toContain('agents is tried again');
  expect(attemptsAt(repo, 'A').map(({ todo }) => todo)).toEqual([['A-1', 'A-2'], ['A-2']]);
  expect(reasonsOf(repo, 'A')).toEqual([]);
  const events = journal(repo.path);
  const from = events.findIndex(({ type }) => type === 'backend.paused');
  const to = events.findIndex(({ type }) => type === 'backend.ready');
  expect(events.slice(from, to).map(({ type }) => type)).not.toContain('attempt.started');
  // B had its turn after the pause, in a session of its own.
  const sessions = eventsOf(events, 'session.opened').filter(({ role }) => role === 'team-lead');
  expect(sessions.map(({ epicId, resumed }) => [epicId, resumed])).toEqual([
    ['A', false],
    ['A', true],
    ['B', false],
  ]);
  expect(sessions[1]?.sessionId).toBe(sessions[0]?.sessionId);
  const prompt = readFileSync(join(runFolder(repo.path), 'epics/A/attempt-2/prompt.md'), 'utf8');
  expect(prompt).toContain('You are in the same session as then');
  assertNothingLeft(repo);
});

test('a backend is paused whatever its name is', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    config: { backend: 'constructor', backends: { constructor: { script: 'agents.json' } } },
    script: {
      'team-lead': {
        default: [
          { trouble: 'rate-limit', resetsIn: '0.2s', attempts: 1 },
          { story: 'each', write: { a: 'x' } },
        ],
      },
    },
  });
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(pausesOf(repo)).toMatchObject([{ backend: 'constructor', kind: 'rate-limit' }]);
});

test('an attempt that is cut off after one that failed is told of both by the next one', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    script: {
      'team-lead': {
        epics: {
          A: {
            1: [{ lie: 'A-1' }],
            2: [
              { trouble: 'rate-limit', resetsIn: '0.2s', attempts: 2 },
              { story: 'A-1', write: { 'a.txt': 'a\n' } },
            ],
          },
        },
      },
    },
  });
  await expectTeams(0, ['run'], { cwd: repo.path });
  const told = (words: string): readonly boolean[] =>
    [1, 2, 3].map((attempt) =>
      readFileSync(join(runFolder(repo.path), `epics/A/attempt-${attempt}/prompt.md`), 'utf8').includes(
        words,
      ),
    );
  expect(told('## The last attempt was cut off')).toEqual([false, false, true]);
  expect(told('You are in the same session')).toEqual([false, false, true]);
  expect(told('- [commit-missing]')).toEqual([false, true, true]);
  assertNothingLeft(repo);
});

test('a backend that is down is tried again after a while, and given up in the end', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    config: { attempts: { epic: 1 }, timeouts: { backoff: '0.01s' } },
    script: { 'team-lead': { default: [{ trouble: 'unavailable' }] } },
  });
  await expectTeams(1, ['run'], { cwd: repo.path });
  const waits = eventsOf(journal(repo.path), 'backend.paused').map(({ kind }) => kind);
  expect(waits).toEqual(Array.from({ length: 7 }, () => 'unavailable'));
  expect(reasonsOf(repo, 'A')).toEqual([
    {
      rule: 'agent-unavailable',
      text: 'the agent could not work: the script has a trouble: unavailable',
    },
    { rule: 'result-missing', text: 'the session wrote no result file' },
    { rule: 'story-missing', text: 'A-1: the result says nothing about it' },
  ]);
});

test('a login that is refused stops the run at once, says so, and resume goes on', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }],
    script: { 'team-lead': { default: [{ trouble: 'auth' }] } },
  });
  const end = await expectTeams(3, ['run'], { cwd: repo.path });
  expect(end.stdout).toContain('no backend can go on: agents: the script has a trouble: auth');
  expect(attemptsAt(repo, 'A')).toHaveLength(1);
  expect(attemptsAt(repo, 'B')).toHaveLength(0);
  const why = (await expectTeams(0, ['status', '--why'], { cwd: repo.path })).stdout;
  expect(why).toMatch(
    /stalled (?:just now|\d+s ago) after \d+s: no backend can go on: agents: the script has a trouble: auth/,
  );
  expect(why).toMatch(/B +waits for agents \(the script has a trouble: auth\)/);
  expect(why).toContain('teams resume');
  rescript(repo, {});
  await expectTeams(0, ['resume'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A', 'B']);
});

test('a limit that outlasts the run ends it, for a person to go on later', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    config: { timeouts: { run: '10m' } },
    script: { 'team-lead': { default: [{ trouble: 'rate-limit', resetsIn: '20m' }] } },
  });
  const { stdout } = await expectTeams(3, ['run'], { cwd: repo.path });
  expect(stdout).toMatch(/rate-limit, lifted at \S+Z, after the time limit of the run/);
});

test('another backend stands in, with its own models, and validates too', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }],
    config: {
      fallback: ['second'],
      models: { teamLead: 'm-1' },
      backends: { second: { command: ['node', 'second.mjs', '{model}'], stdin: 'none', env: [] } },
    },
    files: {
      'second.mjs': `
        import { execFileSync } from 'node:child_process';
        import { readFileSync, writeFileSync } from 'node:fs';
        const { TEAMS_ROLE, TEAMS_RESULT_PATH, TEAMS_EPIC_FILE } = process.env;
        const input = JSON.parse(readFileSync(TEAMS_EPIC_FILE, 'utf8'));
        if (TEAMS_ROLE === 'final-validator') {
          const epics = input.prd.epics;
          writeFileSync(TEAMS_RESULT_PATH, JSON.stringify({
            phase: 'final-validation', verdict: 'pass', tests: 'na', browser_check: 'na',
            timestamp: new Date().toISOString(), summary: 'by the second',
            coverage: epics.flatMap((epic) => epic.userStories.map((story) => ({
              epicId: epic.id, storyId: story.id, verdict: 'pass', evidence: 'seen' }))),
            findings: [],
          }));
        } else {
          const stories = {};
          for (const story of input.todo) {
            writeFileSync(story + '.txt', 'model=' + process.argv[2] + '\\n');
            execFileSync('git', ['add', '-A']);
            execFileSync('git', ['commit', '-qm', story]);
            const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
            stories[story] = { passes: true, failureReason: null, commit };
          }
          writeFileSync(TEAMS_RESULT_PATH, JSON.stringify({ epicId: input.epic.id, stories }));
        }
      `,
    },
    script: {
      'team-lead': { epics: { A: [{ trouble: 'auth' }] } },
      'final-validator': { default: [{ trouble: 'auth' }] },
    },
  });
  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(attemptsAt(repo, 'A').map(({ backend }) => backend)).toEqual(['agents', 'second']);
  expect(attemptsAt(repo, 'B').map(({ backend }) => backend)).toEqual(['second']);
  const [started] = eventsOf(journal(repo.path), 'run.started');
  expect(repo.git('show', `${started?.branch}:B-1.txt`)).toBe('model=');
});

test('each group of roles can have a backend of its own, and one that is not there has a stand-in from the start', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    config: {
      backendFor: { teamLead: 'absent', finalValidator: 'judge' },
      fallback: ['agents'],
      backends: {
        absent: { command: ['no-such-program'], stdin: 'none', env: [] },
        judge: { script: 'judge.json' },
      },
    },
    files: { 'judge.json': '{"final-validator":{"default":[{"say":"the judge"},{"verdict":"pass"}]}}' },
  });
  const { stdout } = await expectTeams(0, ['run'], { cwd: repo.path });
  expect(stdout).toContain(
    'absent is not used any more in this run: backend absent: "no-such-program" is not an executable program',
  );
  expect(attemptsAt(repo, 'A').map(({ backend }) => backend)).toEqual(['agents']);
  const final = eventsOf(journal(repo.path), 'session.opened').filter(
    ({ role }) => role === 'final-validator',
  );
  expect(final.map(({ backend }) => backend)).toEqual(['judge']);
  expect(pausesOf(repo)).toHaveLength(1);
});

test('stand-ins that are not there either start nothing', async () => {
  const absent = { command: ['no-such-program'], stdin: 'none' as const, env: [] };
  const repo = project({
    epics: [{ id: 'A' }],
    config: { backend: 'one', fallback: ['two', 'one'], backends: { one: absent, two: absent } },
  });
  const { stderr } = await expectTeams(3, ['run'], { cwd: repo.path });
  expect(stderr).toContain('backend one: "no-such-program" is not an executable program');
});

test('a merger that runs into a limit holds its merge, and other merges go on', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B', more: { backend: 'limited' } }, { id: 'C' }],
    files: { 'list.txt': '0\n' },
    config: {
      parallel: 3,
      backends: { limited: { script: 'limited.json' } },
    },
    script: {
      'team-lead': {
        epics: {
          A: [{ story: 'each', write: { 'list.txt': 'a\n' } }],
          C: [{ story: 'each', sleep: '400ms', write: { 'c.txt': 'c\n' } }],
        },
      },
    },
  });
  repo.write({
    'limited.json': JSON.stringify({
      'team-lead': { default: [{ sleep: '300ms' }, { story: 'each', write: { 'list.txt': 'b\n' } }] },
      merger: {
        default: [{ trouble: 'rate-limit', resetsIn: '60m' }],
      },
    }),
  });
  const end = startTeams(['run', '--json'], { cwd: repo.path });
  await end.waitForLine(/"type":"merge.interrupted","epicId":"B","held":true/);
  end.kill('SIGINT');
  expect((await end.ended).code).toBe(130);
  repo.write({ 'limited.json': '{}' });
  await expectTeams(0, ['resume'], { cwd: repo.path });
  expect(mergedIn(repo).toSorted()).toEqual(['A', 'B', 'C']);
});

test('a session that cannot be gone on with is begun anew within the same attempt', async () => {
  const repo = project({
    epics: [{ id: 'A', stories: 2 }],
    script: {
      'team-lead': {
        epics: { A: [{ story: 'A-1', write: { 'a-1.txt': 'one\n' } }, { hang: true }] },
      },
    },
  });
  const run = startTeams(['run', '--json'], { cwd: repo.path });
  await run.waitForLine(/"type":"story.updated","epicId":"A"/);
  run.kill('SIGINT');
  expect((await run.ended).code).toBe(130);
  rescript(repo, {
    'team-lead': {
      default: [{ refuseResume: true }, { story: 'each', write: { 'a-2.txt': 'two\n' } }],
    },
  });
  await expectTeams(0, ['resume'], { cwd: repo.path });
  const [before, after] = eventsOf(journal(repo.path), 'session.opened').filter(
    ({ epicId }) => epicId === 'A',
  );
  expect(noticesOf(repo, 'session-not-resumed')).toEqual([
    `agents has no session ${before?.sessionId} any more: A begins a new one`,
  ]);
  expect(after).toMatchObject({ resumed: false });
  expect(attemptsAt(repo, 'A')).toHaveLength(2);
  expect(statusesOf(repo)).toEqual({ A: 'completed' });
});
