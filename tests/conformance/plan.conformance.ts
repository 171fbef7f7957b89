import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { leftovers } from '../rig/leftovers.ts';
import { CLI_NAMES } from './install/clis.ts';
import { ensureCli } from './install/ensure-cli.ts';
import { openTeamStage, type TeamStage } from './team-stage.ts';

for (const name of CLI_NAMES) {
  const cli = await ensureCli(name);
  const [title, binary] = 'skipped' in cli ? [cli.skipped, ''] : [`${name} ${cli.version}`, cli.path];

  describe.skipIf(binary === '')(`${title} before a run`, () => {
    let stage: TeamStage;
    afterEach(async () => {
      const left = leftovers(stage.repo);
      await stage.close();
      expect(left).toMatchObject({ processes: [], worktrees: [], checkouts: [] });
    });

    it('plans an epic, and the plan is where runs look for it', async () => {
      stage = await openTeamStage(name, binary, 'plan');
      const end = await stage.start(['plan', '--non-interactive', '--yes']).ended;
      expect(end.code, end.stdout + end.stderr).toBe(0);
      expect(stage.server.requests.filter(({ problem }) => problem !== undefined)).toEqual([]);
      expect(readFileSync(join(stage.repo.path, '.teams/plans/E1.md'), 'utf8')).toMatch(
        /^---\n[\s\S]*\n---\n# First E1-1, then E1-2\n$/,
      );
      expect(stage.repo.git('status', '--porcelain', '--', ':!prd.json')).toBe('');
    });
  });
}
