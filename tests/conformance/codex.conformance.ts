import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { leftovers } from '../rig/leftovers.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import { ensureCli } from './install/ensure-cli.ts';
import { openTeamStage, type TeamStage } from './team-stage.ts';

const cli = await ensureCli('codex');
const [title, binary] = 'skipped' in cli ? [cli.skipped, ''] : [cli.version, cli.path];

describe.skipIf(binary === '')(`codex ${title} through teams run`, () => {
  let stage: TeamStage;
  afterEach(async () => {
    const left = leftovers(stage.repo);
    await stage.close();
    expect(left).toMatchObject({ processes: [], worktrees: [], checkouts: [] });
  });

  it('plans, builds, judges, merges, and gets its verdict', async () => {
    stage = await openTeamStage('codex', binary, 'epic');
    const end = await stage.start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(stage.server.requests.filter(({ problem }) => problem !== undefined)).toEqual([]);
    const roles = new Set(stage.server.requests.map(({ role }) => role));
    expect([...roles].filter((role) => role !== null).toSorted()).toEqual([
      'builder',
      'epic-planner',
      'epic-validator',
      'final-validator',
      'story-validator',
      'team-lead',
    ]);
    const events = journal(stage.repo.path);
    expect(eventsOf(events, 'merge.done')).toHaveLength(1);
    expect(eventsOf(events, 'validation.ended')).toMatchObject([{ outcome: 'pass' }]);
    const [attempt] = eventsOf(events, 'attempt.ended');
    const answers = stage.server.requests.filter(({ role }) => role !== 'final-validator' && role !== null);
    expect(attempt?.usage).toEqual({
      inputTokens: answers.length * 1_000,
      outputTokens: answers.length * 50,
      costUsd: null,
    });
    const branch = eventsOf(events, 'run.started')[0]?.branch ?? '';
    expect(stage.repo.git('log', '--format=%s', branch)).toContain('Build E1-2');
    const argv = readFileSync(join(runFolder(stage.repo.path), 'epics/E1/attempt-1/argv.json'), 'utf8');
    expect(argv).not.toContain('dummy-key');
  });

  const one = { epics: [{ id: 'E1' }], config: { attempts: { epic: 1 } } };
  const withoutFinal = { ...one, config: { ...one.config, validation: { final: 'never' as const } } };

  it('a story that is judged to fail is mended', async () => {
    stage = await openTeamStage('codex', binary, 'codex-fix-round', one);
    const end = await stage.start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    const branch = eventsOf(journal(stage.repo.path), 'run.started')[0]?.branch ?? '';
    expect(stage.repo.git('log', '--no-merges', '--format=%s', `main..${branch}`)).toBe(
      'Work on E1-1\nWork on E1-1',
    );
  });

  it.each([
    ['unauthorized', 'agent-auth', /401 Unauthorized/],
    ['limit', 'agent-rate-limit', /usage limit.* \(until \d{4}-/],
    ['server-error', 'agent-unavailable', /high demand/],
  ])('%s is told as what it is', async (scenario, rule, text) => {
    stage = await openTeamStage('codex', binary, `codex-${scenario}`, one);
    const end = await stage.start().ended;
    expect(end.code).toBe(1);
    const [attempt] = eventsOf(journal(stage.repo.path), 'attempt.ended');
    expect(attempt?.reasons).toContainEqual(
      expect.objectContaining({ rule, text: expect.stringMatching(text) }),
    );
    expect(attempt?.usage ?? null).toEqual(
      scenario === 'limit' ? { inputTokens: 1_000, outputTokens: 50, costUsd: null } : null,
    );
  });

  // With bypass it shows that each of them would be noticed.
  it.each(['safe', 'sandboxed', 'bypass'] as const)('what a session can do: %s', async (permissions) => {
    // The temporary folder of the system is open to the sandbox.
    const remote = mkdtempSync('/var/tmp/teams-remote-');
    try {
      stage = await openTeamStage('codex', binary, 'codex-sandbox', {
        ...withoutFinal,
        config: { ...withoutFinal.config, permissions },
      });
      stage.repo.git('init', '-q', '--bare', remote);
      stage.repo.git('remote', 'add', 'origin', remote);
      stage.repo.git('config', 'rig.port', new URL(stage.server.url).port);
      const end = await stage.start().ended;
      expect(end.code, end.stdout + end.stderr).toBe(0);
      const branch = eventsOf(journal(stage.repo.path), 'run.started')[0]?.branch ?? '';
      const possible = {
        network: stage.repo.git('show', `${branch}:reached.txt`) === 'reached',
        push: stage.repo.git('ls-remote', remote) !== '',
        write: existsSync(join(remote, 'touched')),
      };
      const free = permissions === 'bypass';
      expect(possible).toEqual({ network: free, push: false, write: free });
      expect(stage.repo.git('show', `${branch}:keys.txt`)).toBe('0');
    } finally {
      rmSync(remote, { recursive: true });
    }
  });

  it('a session that says nothing is ended', async () => {
    stage = await openTeamStage('codex', binary, 'codex-hang', {
      ...one,
      config: { ...one.config, timeouts: { idle: '4s' } },
    });
    const end = await stage.start().ended;
    expect(end.code).toBe(1);
    const [attempt] = eventsOf(journal(stage.repo.path), 'attempt.ended');
    expect(attempt?.reasons).toContainEqual(expect.objectContaining({ rule: 'idle-timeout' }));
  });

  it('a run that is interrupted takes the commands of sub-agents along', async () => {
    stage = await openTeamStage('codex', binary, 'codex-long', one);
    const run = stage.start();
    const worktrees = join(stage.repo.path, '.teams/worktrees');
    await vi.waitFor(
      () =>
        expect(readdirSync(worktrees, { recursive: true })).toContainEqual(expect.stringMatching(/started$/)),
      { timeout: 60_000, interval: 100 },
    );
    run.kill('SIGINT');
    const end = await run.ended;
    expect(end.code, end.stdout + end.stderr).toBe(130);
    const [attempt] = eventsOf(journal(stage.repo.path), 'attempt.ended');
    expect(attempt?.outcome).toBe('interrupted');
    expect(attempt?.usage?.inputTokens).toBeGreaterThan(0);
  });

  it('a role of the repository itself takes the place of ours', async () => {
    stage = await openTeamStage('codex', binary, 'codex-own-role', withoutFinal);
    const role =
      'name = "builder"\ndescription = "Ours"\ndeveloper_instructions = "<!-- teams-role: own-builder -->"\n';
    stage.repo.commit({ '.codex/agents/builder.toml': role });
    const end = await stage.start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(stage.server.requests.map(({ role: asked }) => asked)).toContain('own-builder');
  });
});
