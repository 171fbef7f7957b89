import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { leftovers, survivors } from '../rig/leftovers.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import type { CliName } from './install/clis.ts';
import { ensureCli } from './install/ensure-cli.ts';
import { openTeamStage, type StageOptions, type TeamStage } from './team-stage.ts';
import type { LineFacts } from '../../src/adapters/agents/backend.ts';
import type { AgentFailure } from '../../src/engine/ports.ts';

const WRITES = /^(write|edit|create|apply_patch|agent|task)$/i;

export interface Expected {
  readonly readLine: (line: string) => LineFacts | null;
  /** The usage at the end names a cost in dollars. */
  readonly costs: boolean;
  /** A usage limit comes with the time of its reset. */
  readonly resets: boolean;
  /** Activities that tell of two denied pushes. */
  readonly denied: readonly RegExp[];
  /** The profile `safe` denies commands that name files elsewhere. */
  readonly confined: boolean;
  /** Variables with secrets that its commands do not see, though the CLI has them. */
  readonly hidden: readonly string[];
}

/** What every backend has to do with its real CLI, through `teams run`. */
export async function describeTeam(name: CliName, expected: Expected): Promise<void> {
  const cli = await ensureCli(name);
  const [title, binary] = 'skipped' in cli ? [cli.skipped, ''] : [`${name} ${cli.version}`, cli.path];
  describe.skipIf(binary === '')(`${title} through teams run`, () => scenarios(name, binary, expected));
}

function scenarios(
  name: CliName,
  binary: string,
  { readLine, costs, resets, denied, confined, hidden }: Expected,
): void {
  let stage: TeamStage;
  const open = async (scenario: string, options?: StageOptions): Promise<TeamStage> =>
    (stage = await openTeamStage(name, binary, scenario, options));
  afterEach(async () => {
    const left = leftovers(stage.repo);
    await stage.close();
    expect(left).toMatchObject({ processes: [], worktrees: [], checkouts: [] });
  });
  const toldIn = (stream: string): readonly string[] =>
    stream.split('\n').flatMap((line) => readLine(line)?.activity?.text ?? []);
  const ONE = { epics: [{ id: 'E1' }], config: { attempts: { epic: 1 } } };

  it('plans, builds, judges, merges, and gets its verdict', async () => {
    const { repo, server, start } = await open('epic');
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(server.requests.filter(({ problem }) => problem !== undefined)).toEqual([]);
    const roles = server.requests.map(({ role }) => role);
    for (const role of ['epic-planner', 'builder', 'story-validator', 'epic-validator', 'final-validator']) {
      expect(roles).toContain(role);
    }
    // Roles come with their tools: those that judge cannot write.
    const judges = server.requests.filter(
      ({ role }) => role?.endsWith('-validator') && role !== 'final-validator',
    );
    for (const { tools } of judges) expect(tools.filter((tool) => WRITES.test(tool))).toEqual([]);
    const events = journal(repo.path);
    expect(eventsOf(events, 'merge.done')).toHaveLength(1);
    expect(eventsOf(events, 'validation.ended')).toMatchObject([{ outcome: 'pass' }]);
    const usage = eventsOf(events, 'attempt.ended')[0]?.usage;
    const asked = server.requests.filter(({ role }) => role !== null && role !== 'final-validator').length;
    expect(usage).toMatchObject({ inputTokens: asked * 1_000, outputTokens: asked * 50 });
    if (costs) expect(usage?.costUsd).toBeGreaterThan(0);
    else expect(usage?.costUsd).toBeNull();
    const branch = eventsOf(events, 'run.started')[0]?.branch ?? '';
    expect(repo.git('log', '--format=%s', branch)).toContain('Build E1-2');
    expect(repo.git('status', '--porcelain', '--', ':!prd.json')).toBe('');
    expect(files(repo.path, 'argv.json')).not.toContain('dummy-key');
  });

  it('mends what a validator found', async () => {
    const { repo, server, start } = await open('fix-round', { epics: [{ id: 'E1' }] });
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(server.requests.filter(({ role }) => role === 'story-validator')).toHaveLength(4);
    expect(eventsOf(journal(repo.path), 'merge.done')).toHaveLength(1);
  });

  it.each([
    ['unauthorized', 'auth'],
    ['limit', 'rate-limit'],
    ['server-error', 'unavailable'],
  ])('%s ends the attempt', async (scenario, kind) => {
    const { repo, start } = await open(scenario, { ...ONE, subscription: kind === 'rate-limit' });
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(1);
    expect(eventsOf(journal(repo.path), 'process.ended')[0]).toMatchObject({ exitCode: 1 });
    expect(lastFailure(files(repo.path, 'session.ndjson'), readLine)).toMatchObject({
      kind,
      resetsAt: resets && kind === 'rate-limit' ? expect.closeTo(Date.now() + 3_600_000, -6) : null,
    });
  });

  it.each(['safe', 'bypass'] as const)('pushes nothing, permissions: %s', async (permissions) => {
    const { repo, start } = await open('push', { ...ONE, config: { ...ONE.config, permissions } });
    const remote = join(repo.path, '../remote.git');
    repo.git('init', '-q', '--bare', remote);
    repo.git('remote', 'add', 'origin', remote);
    await start().ended;
    expect(repo.git('-C', remote, 'for-each-ref')).toBe('');
    const told = toldIn(files(repo.path, 'session.ndjson'));
    for (const words of denied) expect(told).toContainEqual(expect.stringMatching(words));
  });

  it.runIf(confined)('names no file elsewhere, permissions: safe', async () => {
    const { repo, start } = await open('outside', ONE);
    await start().ended;
    expect(toldIn(files(repo.path, 'session.ndjson'))).toContainEqual(expect.stringMatching(/^denied: /));
  });

  it('keeps secrets from its commands', async () => {
    const env = { SECRET_OF_MINE: 's', ...Object.fromEntries(hidden.map((one) => [one, 'dummy-key'])) };
    const { repo, start } = await open('environment', { ...ONE, env });
    await start().ended;
    const seen = files(repo.path, 'result.json.env').split('\n');
    expect(seen).toContain('TEAMS_RESULT_PATH');
    for (const secret of ['SECRET_OF_MINE', ...hidden]) expect(seen).not.toContain(secret);
  });

  it('is ended when it is silent for too long', async () => {
    const { repo, start } = await open('hang', {
      ...ONE,
      config: { ...ONE.config, timeouts: { idle: '4s', grace: '6s' } },
    });
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(1);
    expect(eventsOf(journal(repo.path), 'attempt.ended')[0]?.reasons).toContainEqual(
      expect.objectContaining({ rule: 'idle-timeout' }),
    );
  });

  it('ends after its sub-agents, though its lead does not wait for them', async () => {
    const { repo, start } = await open('early', ONE);
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(1);
    expect(repo.git('log', '--all', '--format=%s')).toContain('Build E1-1');
  });

  const inTool = async ({ repo }: TeamStage): Promise<void> => {
    const worktrees = join(repo.path, '.teams/worktrees');
    while (!existsSync(worktrees) || named(worktrees, 'started').length === 0) await pause(50);
  };

  it('leaves nothing behind after Ctrl-C in a tool', async () => {
    const { repo, start } = await open('stopped', ONE);
    const run = start();
    await inTool(stage);
    run.kill('SIGINT');
    const end = await run.ended;
    expect(end.code, end.stdout + end.stderr).toBe(130);
    expect(eventsOf(journal(repo.path), 'attempt.ended')).toMatchObject([{ outcome: 'interrupted' }]);
  });

  it('is ended by the next teams when the first was killed in a tool', async () => {
    const { repo, server, start } = await open('stopped', ONE);
    const run = start();
    await inTool(stage);
    run.kill('SIGKILL');
    await run.ended;
    const orphans = survivors(basename(runFolder(repo.path)));
    expect(orphans.length).toBeGreaterThan(0);
    const before = server.requests.length;
    const resumed = start(['resume']);
    while (server.requests.length === before) await pause(50);
    const now = survivors(basename(runFolder(repo.path)));
    expect(orphans.filter((pid) => now.includes(pid))).toEqual([]);
    resumed.kill('SIGINT');
    const end = await resumed.ended;
    expect(end.code, end.stdout + end.stderr).toBe(130);
  });
}

const named = (folder: string, name: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => basename(file) === name)
    .map((file) => join(folder, file));

/** What is in the files of that name in the newest run, one after the other. */
const files = (repo: string, name: string): string =>
  named(runFolder(repo), name)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');

const lastFailure = (stream: string, readLine: Expected['readLine']): AgentFailure | null | undefined =>
  stream
    .split('\n')
    .flatMap((line) => {
      const failure = readLine(line)?.failure;
      return failure === undefined ? [] : [failure];
    })
    .at(-1);
