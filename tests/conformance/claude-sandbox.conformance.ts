import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sandboxState } from '../../src/adapters/agents/claude-sandbox.ts';
import type { EpicSpec } from '../rig/prd.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import { ensureCli } from './install/ensure-cli.ts';
import { expectNothingLeft, openTeamStage, type TeamStage } from './team-stage.ts';

const cli = await ensureCli('claude');
const sandbox = await sandboxState('/');
const skipped =
  'skipped' in cli ? cli.skipped : sandbox.state === 'available' ? null : `claude: ${sandbox.text}`;

describe.skipIf(skipped !== null)(skipped ?? 'claude in its sandbox, through teams run', () => {
  let stage: TeamStage;
  const open = async (scenario: string, epics: readonly EpicSpec[] = [{ id: 'E1' }]): Promise<TeamStage> => {
    const config = {
      attempts: { epic: 1 },
      permissions: 'sandboxed',
      validation: { final: 'never' },
    } as const;
    stage = await openTeamStage('claude', 'path' in cli ? cli.path : '', scenario, { epics, config });
    return stage;
  };
  afterEach(async () => {
    try {
      expectNothingLeft(stage);
    } finally {
      await stage.close();
    }
  });

  it('holds commands and tools to the worktree, without a network and without the key', async () => {
    const { repo, server, start } = await open('claude-sandbox');
    const remote = join(dirname(repo.path), 'remote.git');
    repo.git('init', '-q', '--bare', remote);
    repo.git('remote', 'add', 'origin', remote);
    repo.git('config', 'rig.port', new URL(server.url).port);
    mkdirSync(join(repo.path, '.git/hooks'), { recursive: true });
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    const branch = eventsOf(journal(repo.path), 'run.started')[0]?.branch ?? '';
    const made = repo.git('diff', '--name-only', 'main', branch).split('\n');
    expect(Object.fromEntries(made.map((file) => [file, repo.git('show', `${branch}:${file}`)]))).toEqual({
      'beside.txt': '',
      'inside.txt': 'inside',
      'keys.txt': '0',
      'reached.txt': '',
    });
    expect(existsSync(join(remote, 'touched'))).toBe(false);
    expect(existsSync(join(repo.path, '.git/hooks/pre-commit'))).toBe(false);
    expect(repo.git('ls-remote', remote)).toBe('');
  });

  it('lets sub-agents build and judge', async () => {
    const { repo, start } = await open('epic', [{ id: 'E1', stories: 2 }]);
    const end = await start().ended;
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(eventsOf(journal(repo.path), 'merge.done')).toHaveLength(1);
  });

  it('leaves nothing behind after Ctrl-C in a command', async () => {
    const { repo, start } = await open('stopped');
    const run = start();
    const worktrees = join(repo.path, '.teams/worktrees');
    await vi.waitFor(
      () =>
        expect(readdirSync(worktrees, { recursive: true })).toContainEqual(expect.stringMatching(/started$/)),
      // Only against hangs.
      { timeout: 500_000, interval: 100 },
    );
    run.kill('SIGINT');
    const end = await run.ended;
    expect(end.code, end.stdout + end.stderr).toBe(130);
  });
});
