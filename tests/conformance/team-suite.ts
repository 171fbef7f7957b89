import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ROLE_CLIS } from '../../src/adapters/agents/roles/registry.ts';
import type { Config } from '../../src/domain/config.ts';
import { survivors } from '../rig/leftovers.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import type { CliName } from './install/clis.ts';
import { ensureCli } from './install/ensure-cli.ts';
import { expectNothingLeft, openTeamStage, type StageOptions, type TeamStage } from './team-stage.ts';

const WRITES = /^(write|edit|create|apply_patch|agent|task)$/i;

/** What a session could do although it should not. */
export interface Possible {
  /** Branches that it pushed; only a script that takes the setting of git away can, where nothing else holds it back. */
  readonly pushed: readonly 'unset'[];
  /** A write outside of its folders, to a path that its command does not spell out. */
  readonly written: boolean;
  /** The read of a file elsewhere, which its command names. */
  readonly read: boolean;
  readonly network: boolean;
}

export interface Expected {
  /** The usage at the end names a cost in dollars. */
  readonly costs: boolean;
  /** Tools can be kept from a role. */
  readonly toolsOfRoles: boolean;
  /** How the reason of a pause reads. */
  readonly failures: Readonly<Record<'unauthorized' | 'limit' | 'server-error', RegExp>>;
  readonly limits: {
    /** The CLI tells when the usage limit of the account is reset. */
    readonly tellsReset: boolean;
    /** It waits for a reset that is near by itself. */
    readonly waits: boolean;
  };
  readonly permissions: Readonly<Partial<Record<Config['permissions'], Possible>>>;
  /** What `teams logs` tells of a denied push; null: the CLI tells its model alone. */
  readonly denied: RegExp | null;
  /** Variables with secrets that its commands do not see, though the CLI has them. */
  readonly hidden: readonly string[];
  /** A lead that ends waits for its sub-agents; otherwise they end with it. */
  readonly waits: boolean;
  /** What a session has used is known although it was stopped before the first answer to a tool. */
  readonly usageWhenStopped: boolean;
}

/** What every backend has to do with its real CLI, through `teams run`. */
export async function describeTeam(name: CliName, expected: Expected): Promise<void> {
  const cli = await ensureCli(name);
  const [title, binary] = 'skipped' in cli ? [cli.skipped, ''] : [`${name} ${cli.version}`, cli.path];
  describe.skipIf(binary === '')(`${title} through teams run`, () => scenarios(name, binary, expected));
}

function scenarios(name: CliName, binary: string, expected: Expected): void {
  let stage: TeamStage;
  const open = async (scenario: string, options?: StageOptions): Promise<TeamStage> =>
    (stage = await openTeamStage(name, binary, scenario, options));
  afterEach(async () => {
    try {
      expectNothingLeft(stage);
    } finally {
      await stage.close();
    }
  });
  // The second time would count, if what was cut off did.
  const ONE = {
    epics: [{ id: 'E1' }],
    config: { attempts: { epic: 1 }, validation: { final: 'never' } },
  } as const;

  it('plans, builds, judges, merges, and gets its verdict', async () => {
    const { repo, server, start } = await open('epic');
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(server.requests.filter(({ problem }) => problem !== undefined)).toEqual([]);
    const asked = server.requests.filter(({ role }) => role !== null);
    expect([...new Set(asked.flatMap(({ role }) => role ?? []))].toSorted()).toEqual([
      'builder',
      'epic-planner',
      'epic-validator',
      'final-validator',
      'story-validator',
      'team-lead',
    ]);
    const subAgents = asked.filter(({ role }) => role !== 'team-lead' && role !== 'final-validator');
    expect(subAgents.filter(({ roleFrom }) => roleFrom !== 'system')).toEqual([]);
    const judges = subAgents.filter(({ role }) => role?.endsWith('-validator'));
    if (expected.toolsOfRoles) {
      for (const { tools } of judges) expect(tools.filter((tool) => WRITES.test(tool))).toEqual([]);
    }
    const events = journal(repo.path);
    expect(eventsOf(events, 'merge.done')).toHaveLength(1);
    expect(eventsOf(events, 'validation.ended')).toMatchObject([{ outcome: 'pass' }]);
    const ofLead = asked.filter(({ role }) => role !== 'final-validator').length;
    expect(eventsOf(events, 'attempt.ended')[0]?.usage).toEqual({
      inputTokens: ofLead * 1_000,
      outputTokens: ofLead * 50,
      costUsd: expected.costs ? expect.any(Number) : null,
    });
    expect(subjects(stage)).toEqual(['Build E1-2', 'Build E1-1']);
    expect(repo.git('status', '--porcelain', '--', ':!prd.json')).toBe('');
    expect(files(repo.path, 'argv.json')).not.toContain('dummy-key');
  });

  it('mends what validators found: of a story, and of the whole', async () => {
    const { repo, server, start } = await open('fix-round', { epics: [{ id: 'E1' }] });
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(server.requests.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(subjects(stage)).toEqual(['Mend the end of E1-1', 'Work on E1-1', 'Work on E1-1']);
    expect(eventsOf(journal(repo.path), 'validation.ended')).toMatchObject([
      { round: 1, outcome: 'fail', findings: [{ title: 'The file has no end' }] },
      { round: 2, outcome: 'pass' },
    ]);
  });

  it.each([
    ['unauthorized', 'auth'],
    ['server-error', 'unavailable'],
  ] as const)('is paused for what it is, and the run stalls: %s', async (scenario, kind) => {
    // A pause that would be longer than the run.
    const config = { ...ONE.config, timeouts: { backoff: '6h' } };
    const { repo, start } = await open(scenario, { ...ONE, config });
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(3);
    const events = journal(repo.path);
    expect(eventsOf(events, 'backend.paused')).toMatchObject([
      { kind, until: null, reason: expect.stringMatching(expected.failures[scenario]) },
    ]);
    expect(eventsOf(events, 'attempt.ended')).toMatchObject([{ outcome: 'interrupted' }]);
  });

  it('waits for the reset of a limit without using up an attempt, and goes on in the same session', async () => {
    const { repo, server, start } = await open('short-limit', { ...ONE, subscription: true });
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(subjects(stage)).toEqual(['Build E1-1']);
    const refused = server.requests.find(({ answer }) => answer === 429)?.at ?? 0;
    const next = server.requests.find(({ role, at }) => role !== null && at > refused);
    const waited = ((next?.at ?? 0) - refused) / 1_000;
    // Whole seconds, rounded down.
    expect(waited).toBeGreaterThan(8.5);
    const events = journal(repo.path);
    if (expected.limits.waits) {
      expect(eventsOf(events, 'backend.paused')).toEqual([]);
      return;
    }
    expect(eventsOf(events, 'backend.paused')).toMatchObject([{ kind: 'rate-limit' }]);
    expectSameSession(stage);
  });

  it('begins anew when its session is gone: after a limit, Ctrl-C and the loss of its home', async () => {
    const config = { ...ONE.config, timeouts: { backoff: '1h' } };
    const { repo, start, forget } = await open('limit', { ...ONE, config, subscription: true });
    const run = start();
    await run.waitForLine(new RegExp(`${name} is left alone until `));
    run.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    const [paused] = eventsOf(journal(repo.path), 'backend.paused');
    expect(paused).toMatchObject({ reason: expect.stringMatching(expected.failures.limit) });
    // Told by the account, or else guessed.
    expect(Date.parse(paused?.until ?? '')).toEqual(expect.closeTo(Date.now() + 3_600_000, -6));
    expect(paused?.reason.includes(', lifted at ')).toBe(expected.limits.tellsReset);
    forget();
    const end = await start(['resume']).ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(end.stdout).toMatch(new RegExp(`${name} has no session \\S+ any more: E1 begins a new one`));
    expect(subjects(stage)).toEqual(['Build E1-1']);
  });

  const profiles = Object.entries(expected.permissions).map(
    ([permissions, possible]) => [permissions as Config['permissions'], possible] as const,
  );
  it.each(profiles)('can do what its profile allows, and no more: %s', async (permissions, possible) => {
    const secrets = Object.fromEntries(expected.hidden.map((variable) => [variable, 'dummy-key']));
    const { repo, server, start } = await open('possible', {
      ...ONE,
      config: { ...ONE.config, permissions },
      env: { SECRET_OF_MINE: 'dummy-key', ...secrets },
    });
    const remote = join(dirname(repo.path), 'remote.git');
    repo.git('init', '-q', '--bare', remote);
    repo.git('remote', 'add', 'origin', remote);
    repo.git('config', 'rig.port', new URL(server.url).port);
    await start().ended;
    const branches = repo.git('-C', remote, 'for-each-ref', '--format=%(refname:short)');
    expect({
      pushed: branches.split('\n').filter((branch) => branch !== ''),
      written: existsSync(join(remote, 'written')),
      read: files(repo.path, 'result.json.read') !== '',
      network: files(repo.path, 'result.json.network') === 'reached\n',
    }).toEqual(possible);
    const { stdout } = await start(['logs', 'E1']).ended;
    if (expected.denied !== null) expect(stdout).toMatch(expected.denied);
    const seen = files(repo.path, 'result.json.env').split('\n');
    expect(seen).toContain('TEAMS_RESULT_PATH');
    for (const secret of ['SECRET_OF_MINE', ...expected.hidden]) expect(seen).not.toContain(secret);
  });

  it('uses a role of the repository instead of ours, and says so', async () => {
    const file = ROLE_CLIS[name].fileOf('builder');
    const { server, start } = await open('own-role', {
      ...ONE,
      files: { [file]: ownBuilder(name) },
    });
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(server.requests).toContainEqual(
      expect.objectContaining({ role: 'own-builder', roleFrom: 'system' }),
    );
    expect(server.requests.map(({ role }) => role)).not.toContain('builder');
    expect(end.stdout).toContain(
      `  The repository defines the role builder itself, in ${file}: it is used.\n`,
    );
  });

  it('is ended when it is silent for too long', async () => {
    const { repo, start } = await open('hang', {
      ...ONE,
      config: { ...ONE.config, timeouts: { idle: '8s', grace: '6s' } },
    });
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(1);
    expect(eventsOf(journal(repo.path), 'attempt.ended')[0]?.reasons).toContainEqual(
      expect.objectContaining({ rule: 'idle-timeout' }),
    );
  });

  it('leaves no sub-agent behind when its lead does not wait', async () => {
    const { repo, start } = await open('early', ONE);
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(1);
    const [attempt] = eventsOf(journal(repo.path), 'attempt.ended');
    expect(attempt).toMatchObject({ outcome: 'failed', reasons: [{ rule: 'result-missing' }, {}] });
    const built = repo.git('log', '--all', '--format=%s').includes('Build E1-1');
    expect(built).toBe(expected.waits);
  });

  it('takes the commands of sub-agents along on Ctrl-C, and is resumed in the same session', async () => {
    // What a CLI still writes when it is asked to end takes longer on a busy machine.
    const config = { ...ONE.config, timeouts: { grace: '60s' } };
    const { repo, start } = await open('stopped', { ...ONE, config });
    const run = start();
    await inTool(stage);
    run.kill('SIGINT');
    const stopped = await run.ended;
    expect(stopped.code, stopped.stdout + stopped.stderr).toBe(130);
    expectNothingLeft(stage);
    const [attempt] = eventsOf(journal(repo.path), 'attempt.ended');
    expect(attempt).toMatchObject({ outcome: 'interrupted' });
    expect((attempt?.usage ?? null) !== null).toBe(expected.usageWhenStopped);
    const end = await start(['resume']).ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expectSameSession(stage);
  });

  it('is ended and resumed by the next teams when the first was killed in a tool', async () => {
    const { repo, server, start } = await open('stopped', ONE);
    const run = start();
    await inTool(stage);
    run.kill('SIGKILL');
    await run.ended;
    const runId = basename(runFolder(repo.path));
    const orphans = survivors(runId);
    expect(orphans.length).toBeGreaterThan(0);
    const before = server.requests.length;
    const resumed = start(['resume']);
    // What is left of the session before may ask for something too, but not as its lead.
    await until(() => server.requests.slice(before).some(({ role }) => role === 'team-lead'));
    const now = survivors(runId);
    expect(orphans.filter((pid) => now.includes(pid))).toEqual([]);
    const end = await resumed.ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expectSameSession(stage);
  });
}

/** Of a run whose lead was cut off once: what it heard and said before is part of what it is asked now. */
function expectSameSession({ repo, server }: TeamStage): void {
  const opened = eventsOf(journal(repo.path), 'session.opened').filter(({ role }) => role === 'team-lead');
  expect(opened).toMatchObject([{ resumed: false }, { resumed: true, sessionId: opened[0]?.sessionId }]);
  const again = server.requests.filter(({ role, turn }) => role === 'team-lead' && turn === 0).at(-1);
  expect(again?.answers).toBeGreaterThan(0);
}

/** No limit of its own: that of the test holds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(50);
}

const inTool = ({ repo }: TeamStage): Promise<void> => {
  const worktrees = join(repo.path, '.teams/worktrees');
  const runs = (): readonly string[] => (existsSync(worktrees) ? readdirSync(worktrees) : []);
  return until(() => runs().some((run) => existsSync(join(worktrees, run, 'E1/started'))));
};

/** Of what was built in the newest run, newest first. */
function subjects({ repo }: TeamStage): readonly string[] {
  const branch = eventsOf(journal(repo.path), 'run.started')[0]?.branch ?? '';
  return repo.git('log', '--no-merges', '--format=%s', `main..${branch}`).split('\n');
}

const ownBuilder = (name: CliName): string =>
  ROLE_CLIS[name].render({
    role: {
      role: 'builder',
      description: 'Builds as we do it here',
      tools: ['read', 'edit', 'execute'],
      model: 'medium',
      access: 'writes',
      instructions: '<!-- teams-role: own-builder -->\nYou build as we do it here.\n',
    },
    model: null,
  });

/** What is in the files of that name in the newest run, one after the other. */
const files = (repo: string, name: string): string =>
  readdirSync(runFolder(repo), { recursive: true, encoding: 'utf8' })
    .filter((file) => basename(file) === name)
    .map((file) => readFileSync(join(runFolder(repo), file), 'utf8'))
    .join('\n');
