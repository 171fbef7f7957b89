import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import type { TeamsEvent } from '../../src/domain/events.ts';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { prd } from '../rig/prd.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import { startTeams, teams } from '../rig/teams.ts';
import {
  expectTeams,
  integrationOf,
  mergedIn,
  noticesOf,
  project,
  read,
  reasonsOf,
  rescript,
  sh,
  statusesOf,
} from './play.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/journal.schema.json', import.meta.url), 'utf8'),
) as object;

test('--json: stdout has the events of the journal and nothing else, each as the schema says', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B' }],
    files: { 'list.txt': '0\n' },
    config: { parallel: 2, verify: ['true'] },
    script: { 'team-lead': { default: [{ story: 'each', write: { 'list.txt': '{epic}\n' } }] } },
  });
  const { stdout } = await expectTeams(0, ['run', '--json'], { cwd: repo.path });
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TeamsEvent);
  expect(events).toEqual(journal(repo.path));
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  for (const event of events) expect(validate(event) || { event, errors: validate.errors }).toBe(true);
  expect(events.at(-1)).toMatchObject({ type: 'run.ended', outcome: 'passed' });
});

test('--only and --max-epics take a part, and refuse what cannot start', async () => {
  const repo = project({
    epics: [{ id: 'A' }, { id: 'B', dependsOn: ['A'] }, { id: 'C' }, { id: 'D', dependsOn: ['B'] }],
  });
  const refused = await expectTeams(2, ['run', '--only', 'D', 'B'], { cwd: repo.path });
  expect(refused.stderr).toContain('B depends on A, which is neither completed nor part of this run');
  expect(refused.stderr).toContain('teams run --only A D B\n');
  const whole = await expectTeams(2, ['run', '--only', 'D'], { cwd: repo.path });
  expect(whole.stderr).toContain('teams run --only A B D\n');
  expect((await expectTeams(2, ['run', '--only', 'X'], { cwd: repo.path })).stderr).toBe(
    'error: there is no epic X in the PRD\n  fix:   one of: A, B, C, D\n',
  );
  expect((await expectTeams(2, ['run', '--only', 'a'], { cwd: repo.path })).stderr).toBe(
    'error: there is no epic a in the PRD\n  fix:   did you mean A?\n',
  );

  const dry = await expectTeams(0, ['run', '--dry-run', '--only', 'A', 'C'], { cwd: repo.path });
  expect(dry.stdout).toContain('would run 2 epics from main');
  const plan = JSON.parse(
    (await expectTeams(0, ['run', '--dry-run', '--json'], { cwd: repo.path })).stdout,
  ) as object;
  expect(plan).toMatchObject({ epics: ['A', 'B', 'C', 'D'], parallel: 1, base: { ref: 'main' } });
  expect(readdirSync(repo.path)).not.toContain('nothing');
  expect(repo.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');

  // The longest chain first.
  await expectTeams(0, ['run', '--max-epics', '2'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A', 'B']);
  await expectTeams(0, ['run', '--only', 'C'], { cwd: repo.path });
  expect(statusesOf(repo)).toEqual({ A: 'completed', B: 'completed', C: 'completed', D: 'pending' });
  expect((await expectTeams(0, ['status', '--why'], { cwd: repo.path })).stdout).toMatch(
    /D +no run has started it yet/,
  );
});

test('--include-dirty takes no conflict that is not resolved', async () => {
  const repo = project({ epics: [{ id: 'A' }], files: { 'a.txt': 'base\n' } });
  repo.git('branch', 'other');
  repo.commit({ 'a.txt': 'mine\n' });
  repo.git('checkout', '-q', 'other');
  repo.commit({ 'a.txt': 'theirs\n' });
  repo.git('checkout', '-q', 'main');
  expect(() => repo.git('merge', 'other')).toThrow('git merge other');
  const end = await expectTeams(2, ['run', '--include-dirty'], { cwd: repo.path });
  expect(end.stderr).toBe(`error: --include-dirty would take conflicts that are not resolved
  where: a.txt
  why:   agents would start on files with markers in them
  fix:   resolve them and git add them, or leave out --include-dirty
`);
});

test('--include-dirty takes tracked changes, never untracked files, and leaves the checkout alone', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    files: { 'tracked.txt': 'old\n', 'staged.txt': 'old\n' },
    script: {
      'team-lead': {
        default: [
          sh('grep -q new tracked.txt && test ! -e secret.txt'),
          { story: 'each', write: { 'a.txt': 'a' } },
        ],
      },
    },
  });
  repo.write({ 'tracked.txt': 'new\n', 'staged.txt': 'new\n', 'secret.txt': 'x' });
  repo.git('add', 'staged.txt');
  const before = repo.git('status', '--porcelain');
  const clean = await expectTeams(1, ['run'], { cwd: repo.path });
  expect(clean.stdout).toMatch(/not committed in your checkout, so not part of the run: .*tracked\.txt/);
  await expectTeams(0, ['run', '--include-dirty'], { cwd: repo.path });
  const files = repo.git('ls-tree', '--name-only', integrationOf(repo)).split('\n');
  expect(files).not.toContain('secret.txt');
  expect(repo.git('show', `${integrationOf(repo)}:staged.txt`)).toBe('new');
  expect(
    repo
      .git('status', '--porcelain')
      .split('\n')
      .filter((line) => !line.endsWith('prd.json'))
      .join('\n'),
  ).toBe(before);
  expect(read(repo, 'tracked.txt')).toBe('new\n');
});

test('--fail-fast starts nothing after a failure; without it the rest goes on', async () => {
  const options = {
    epics: [{ id: 'A' }, { id: 'B' }],
    config: { attempts: { epic: 1 } },
    script: { 'team-lead': { epics: { A: [{ lie: 'each' as const }] } } },
  };
  const fast = project(options);
  await expectTeams(1, ['run', '--fail-fast'], { cwd: fast.path });
  expect(mergedIn(fast)).toEqual([]);
  expect((await expectTeams(0, ['status', '--why'], { cwd: fast.path })).stdout).toContain(
    '--fail-fast is on',
  );
  const slow = project(options);
  await expectTeams(1, ['run'], { cwd: slow.path });
  expect(mergedIn(slow)).toEqual(['B']);
});

test('--base and --backend; a base or a backend that is not there is refused with what there is', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    config: {
      backend: 'nobody',
      backends: { nobody: { command: ['./no-such-agent'], stdin: 'none', env: [] } },
    },
  });
  repo.git('checkout', '-q', '-b', 'other');
  repo.commit({ 'other.txt': 'x' });
  repo.git('checkout', '-q', 'main');
  expect(
    (await expectTeams(2, ['run', '--backend', 'agents', '--base', 'nowhere'], { cwd: repo.path })).stderr,
  ).toMatch(/there is no branch "nowhere"[\s\S]*main/);
  expect((await expectTeams(3, ['run'], { cwd: repo.path })).stderr).toContain('no-such-agent');
  expect((await expectTeams(2, ['run', '--backend', 'cloude'], { cwd: repo.path })).stderr).toContain(
    'cloude',
  );
  await expectTeams(0, ['run', '--backend', 'agents', '--base', 'other'], { cwd: repo.path });
  expect(repo.git('ls-tree', '--name-only', integrationOf(repo)).split('\n')).toContain('other.txt');
});

test('usage and environment have exit codes of their own', async () => {
  const repo = project({ epics: [{ id: 'A' }] });
  await expectTeams(2, ['run', '--parallel', 'many'], { cwd: repo.path });
  await expectTeams(2, ['runn'], { cwd: repo.path });
  await expectTeams(2, ['run', 'elsewhere.json'], { cwd: repo.path });
  await expectTeams(2, ['reset', 'X'], { cwd: repo.path });
  repo.write({ 'teams.config.yml': 'parallel: 0\n' });
  expect((await expectTeams(2, ['run'], { cwd: repo.path })).stderr).toMatch(/teams\.config\.yml:1:\d+/);
  await expectTeams(3, ['run'], { cwd: join(repo.path, '..') });
  expect((await teams(['run'], { cwd: repo.path, env: { PATH: '/nonexistent' } })).code).toBe(3);
});

test('a second run is refused at once; Ctrl-C ends the first in good order', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    script: { 'team-lead': { epics: { A: { 1: [{ say: 'at work' }, { hang: true }] } } } },
  });
  const first = startTeams(['run', '--json'], { cwd: repo.path });
  const [, runId] = await first.waitForLine(/"type":"run.started","runId":"([^"]+)"/);
  await first.waitForLine(/"type":"process.started"/);
  for (const args of [['run'], ['resume'], ['reset', 'A']]) {
    const second = await expectTeams(4, args, { cwd: repo.path });
    expect(second.stderr).toContain(String(first.pid));
    expect(second.stderr).toContain(runId);
    expect(second.stderr).toMatch(/since|\d{4}-\d\d-\d\d/);
  }
  expect((await expectTeams(0, ['status'], { cwd: repo.path })).stdout).toContain(
    `running (pid ${first.pid})`,
  );
  first.kill('SIGINT');
  expect(await first.ended).toMatchObject({ code: 130 });
  assertNothingLeft(repo);
  repo.write({ 'agents.json': '{}' });
  const resumed = await expectTeams(0, ['resume'], { cwd: repo.path });
  expect(resumed.stdout).toMatch(/resumed: 0 of 1 epics are merged/);
  assertNothingLeft(repo);
});

test('the limits of an attempt, of silence and of the run end what goes on for too long', async () => {
  for (const limit of ['epic', 'idle'] as const) {
    const repo = project({
      epics: [{ id: 'A' }],
      config: { attempts: { epic: 1 }, timeouts: { [limit]: '0.6s' } },
      script: { 'team-lead': { default: [{ hang: true }] } },
    });
    await expectTeams(1, ['run'], { cwd: repo.path });
    expect(reasonsOf(repo, 'A')).toContainEqual({
      rule: `${limit}-timeout`,
      text: expect.stringContaining(`(timeouts.${limit})`),
    });
    assertNothingLeft(repo);
  }

  const whole = project({
    epics: [{ id: 'A' }],
    config: { timeouts: { run: '0.8s' } },
    script: { 'team-lead': { default: [{ hang: true }] } },
  });
  const end = await expectTeams(1, ['run'], { cwd: whole.path });
  expect(end.stdout).toContain('timed-out');
  expect(end.stdout).toMatch(/next +teams resume/);
  assertNothingLeft(whole);
});

test('every worktree is set up and gets the ignored files; logs of checks are kept', async () => {
  const repo = project({
    epics: [{ id: 'A', more: { verify: ['echo of A; cat made-by-setup .env'] } }, { id: 'bad' }],
    config: {
      parallel: 2,
      attempts: { epic: 1 },
      setup: ['cp .env made-by-setup', 'test "$TEAMS_EPIC_ID" != bad || { echo no network; exit 4; }'],
      verify: ['test -e made-by-setup'],
      copy: ['.env', 'missing.env'],
    },
    files: { '.gitignore': '.env\nmade-by-setup\n' },
  });
  repo.write({ '.env': 'SECRET=1\n' });
  await expectTeams(1, ['run'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A']);
  // There were four worktrees: one warning is enough.
  expect(noticesOf(repo, 'copy-missing')).toEqual(['nothing to copy into the worktree at missing.env']);
  expect(reasonsOf(repo, 'bad')).toMatchObject([
    { rule: 'setup-failed', text: expect.stringContaining('exited with 4') },
  ]);
  const checks = eventsOf(journal(repo.path), 'check.ended').filter(({ command }) =>
    command.startsWith('echo of A'),
  );
  expect(checks.map(({ where, exitCode }) => [where, exitCode])).toEqual([
    ['epic', 0],
    ['candidate', 0],
  ]);
  for (const { log } of checks) {
    expect(readFileSync(join(runFolder(repo.path), log), 'utf8')).toContain('of A\nSECRET=1\nSECRET=1');
  }
  const logs = await expectTeams(0, ['logs', 'bad'], { cwd: repo.path });
  expect(logs.stdout).toContain('no network');
  expect(repo.git('ls-tree', '-r', '--name-only', integrationOf(repo))).not.toContain('.env\n');
});

test('resume and reset work on the PRD that the last run is about, not on the one at the root', async () => {
  const repo = project({
    epics: [{ id: 'OTHER' }],
    files: { 'plans/next.json': prd([{ id: 'A' }, { id: 'B', dependsOn: ['A'] }]) },
    script: { 'team-lead': { epics: { A: [{ say: 'begun' }, { hang: true }] } } },
  });
  const run = startTeams(['run', 'plans/next.json'], { cwd: repo.path });
  await run.waitForLine(/A +attempt 1 starts/);
  run.kill('SIGINT');
  expect((await run.ended).code).toBe(130);
  rescript(repo, {});

  await expectTeams(0, ['resume'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A', 'B']);
  await expectTeams(0, ['reset', 'B'], { cwd: repo.path });
  const plan = JSON.parse(read(repo, 'plans/next.json')) as { epics: { status?: string }[] };
  expect(plan.epics.map((epic) => epic.status)).toEqual(['completed', 'pending']);
  expect(repo.git('status', '--porcelain', '--', 'prd.json')).toBe('');
});

test('a run over another PRD takes the place of one that was cut off without taking over its statuses', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    files: { 'plans/next.json': prd([{ id: 'A' }, { id: 'B', dependsOn: ['A'] }]) },
    script: { 'team-lead': { epics: { B: [{ say: 'begun' }, { hang: true }] } } },
  });
  const run = startTeams(['run', 'plans/next.json'], { cwd: repo.path });
  await run.waitForLine(/B +attempt 1 starts/);
  run.kill('SIGKILL');
  await run.ended;
  repo.write({ 'plans/next.json': prd([{ id: 'A' }, { id: 'B', dependsOn: ['A'] }]) });

  await expectTeams(0, ['run'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A']);
  const plan = JSON.parse(read(repo, 'plans/next.json')) as { epics: { status?: string }[] };
  expect(plan.epics[0]?.status).toBe('completed');
});

test('a backend gets the model of its role', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    config: {
      backend: 'mine',
      attempts: { epic: 1 },
      models: { teamLead: 'large' },
      backends: { mine: { command: ['sh', '-c', 'echo "model=$0"', '{model}'], stdin: 'none', env: [] } },
    },
  });
  await expectTeams(1, ['run'], { cwd: repo.path });
  expect((await expectTeams(0, ['logs', 'A'], { cwd: repo.path })).stdout).toContain('model=large');
});

test('a run that was interrupted can still be resumed after a new one that was refused', async () => {
  const repo = project({
    epics: [{ id: 'A' }],
    script: { 'team-lead': { default: [{ say: 'begun' }, { hang: true }] } },
  });
  const run = startTeams(['run'], { cwd: repo.path });
  await run.waitForLine(/A +attempt 1 starts/);
  run.kill('SIGINT');
  await run.ended;
  rescript(repo, {});
  await expectTeams(2, ['run', '--only', 'X'], { cwd: repo.path });
  await expectTeams(2, ['run', '--base', 'nowhere'], { cwd: repo.path });
  await expectTeams(3, ['run', '--backend', 'claude'], { cwd: repo.path });
  await expectTeams(0, ['resume'], { cwd: repo.path });
  expect(mergedIn(repo)).toEqual(['A']);
});
