import { afterEach, describe, expect, it } from 'vitest';
import { leftovers } from '../rig/leftovers.ts';
import { eventsOf, journal } from '../rig/run-files.ts';
import type { CliName } from './install/clis.ts';
import { ensureCli } from './install/ensure-cli.ts';
import { openTeamStage, type TeamStage } from './team-stage.ts';

const NAMES: readonly CliName[] = ['claude', 'codex', 'copilot', 'opencode'];

for (const name of NAMES) {
  const cli = await ensureCli(name);
  const [title, binary] = 'skipped' in cli ? [cli.skipped, ''] : [`${name} ${cli.version}`, cli.path];

  describe.skipIf(binary === '')(`${title} while a lead waits`, () => {
    let stage: TeamStage;
    afterEach(async () => {
      const left = leftovers(stage.repo);
      await stage.close();
      expect(left).toMatchObject({ processes: [], worktrees: [], checkouts: [] });
    });
    const play = async (scenario: string) => {
      stage = await openTeamStage(name, binary, scenario, {
        epics: [{ id: 'E1' }],
        config: {
          attempts: { epic: 1 },
          validation: { final: 'never' },
          // OpenCode takes its time to start.
          timeouts: { idle: name === 'opencode' ? '15s' : '8s', grace: '6s' },
        },
      });
      return stage.start().ended;
    };

    it('is not ended when its sub-agents together work longer than the idle limit', async () => {
      const end = await play('patient');
      expect(end.code, end.stdout + end.stderr).toBe(0);
    });

    // With the others that is the same as a lead that does nothing.
    it.runIf(name === 'codex')('is ended when its sub-agent does nothing', async () => {
      const end = await play('patient-for-nothing');
      expect(end.code, end.stdout + end.stderr).toBe(1);
      expect(eventsOf(journal(stage.repo.path), 'attempt.ended')[0]?.reasons).toContainEqual(
        expect.objectContaining({ rule: 'idle-timeout' }),
      );
    });
  });
}
