import { describe, expect, it, type TestContext } from 'vitest';
import { eventsOf, journal } from '../rig/run-files.ts';
import { CLI_NAMES } from './install/clis.ts';
import { ensureCli } from './install/ensure-cli.ts';
import { expectNothingLeft, openTeamStage, type TeamStage } from './team-stage.ts';

// Nearly all of their time is waiting, so they wait together.
describe.concurrent.each(CLI_NAMES)('%s while a lead waits', async (name) => {
  const cli = await ensureCli(name);
  if ('skipped' in cli) {
    it.skip(cli.skipped, () => undefined);
    return;
  }
  const play = async (
    scenario: string,
    { onTestFailed }: TestContext,
    judge: (stage: TeamStage, code: number | null, said: string) => void,
  ) => {
    const stage = await openTeamStage(name, cli.path, scenario, {
      onTestFailed,
      epics: [{ id: 'E1' }],
      config: {
        attempts: { epic: 1 },
        validation: { final: 'never' },
        // Also for the start of a CLI on a busy machine; longer than any step of its sub-agent, shorter than all of them.
        timeouts: { idle: '30s', grace: '6s' },
      },
    });
    try {
      const end = await stage.start().ended;
      judge(stage, end.code, end.stdout + end.stderr);
      expectNothingLeft(stage);
    } finally {
      await stage.close();
    }
  };

  it(`${cli.version} is not ended when its sub-agents together work longer than the idle limit`, (context) =>
    play('patient', context, (_, code, said) => expect(code, said).toBe(0)));

  // With the others that is the same as a lead that does nothing.
  if (name !== 'codex') return;
  it('is ended when its sub-agent does nothing', (context) =>
    play('patient-for-nothing', context, ({ repo }, code, said) => {
      expect(code, said).toBe(1);
      expect(eventsOf(journal(repo.path), 'attempt.ended')[0]?.reasons).toContainEqual(
        expect.objectContaining({ rule: 'idle-timeout' }),
      );
    }));
});
