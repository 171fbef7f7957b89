import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { leftovers } from '../rig/leftovers.ts';
import { eventsOf, journal, runFolder } from '../rig/run-files.ts';
import { type CliName, CLI_NAMES } from './install/clis.ts';
import { ensureCli } from './install/ensure-cli.ts';
import { openTeamStage, type TeamStage } from './team-stage.ts';

const STEERABLE: readonly CliName[] = ['claude', 'opencode'];
/** Only against hangs. */
const SLOW = { timeout: 500_000, interval: 50 };
const SAID = ['steer', 'E1', 'Call it wish.txt, please.'];

for (const name of CLI_NAMES) {
  const cli = await ensureCli(name);
  const [title, binary] = 'skipped' in cli ? [cli.skipped, ''] : [`${name} ${cli.version}`, cli.path];

  describe.skipIf(binary === '')(`${title} while a person talks to its lead`, () => {
    let stage: TeamStage;
    afterEach(async () => {
      const left = leftovers(stage.repo);
      await stage.close();
      expect(left).toMatchObject({ processes: [], worktrees: [], checkouts: [] });
    });

    /** The run, when its lead is in the middle of a command, and what lets that end. */
    const begin = async (scenario: string) => {
      stage = await openTeamStage(name, binary, scenario, {
        epics: [{ id: 'E1' }],
        config: { attempts: { epic: 1 }, validation: { final: 'never' } },
      });
      const run = stage.start();
      const worktrees = join(stage.repo.path, '.teams/worktrees');
      const started = () =>
        readdirSync(worktrees, { recursive: true, encoding: 'utf8' }).find((file) =>
          file.endsWith('/started'),
        );
      const path = await vi.waitFor(() => {
        expect(existsSync(worktrees) && started()).toBeTruthy();
        return join(worktrees, started() ?? '');
      }, SLOW);
      return { run, goOn: () => rmSync(path) };
    };
    const steered = () => eventsOf(journal(stage.repo.path), 'session.steered');

    it.runIf(STEERABLE.includes(name))('is told something in the middle of a command', async () => {
      const { run, goOn } = await begin('steered');
      // As long as its command runs, it does not read it.
      expect(await stage.start(SAID).ended).toMatchObject({
        code: 0,
        stdout: 'E1: the lead has it, and reads it after its current step (teams logs E1)\n',
      });
      expect(steered()).toEqual([]);
      goOn();
      const end = await run.ended;
      expect(end.code, end.stdout + end.stderr).toBe(0);
      expect(steered()).toMatchObject([{ text: SAID[2], read: true }]);
      const branch = eventsOf(journal(stage.repo.path), 'run.started')[0]?.branch ?? '';
      expect(stage.repo.git('show', `${branch}:wish.txt`)).toBe('wish');
    });

    it.runIf(STEERABLE.includes(name))('goes on for what it is told with its last words', async () => {
      const { run, goOn } = await begin('steered-late');
      goOn();
      await vi.waitFor(
        () => expect(stage.server.requests.filter(({ turn }) => turn === 1)).toHaveLength(1),
        SLOW,
      );
      const { code, stderr } = await stage.start(SAID).ended;
      expect(code, stderr).toBe(0);
      writeFileSync(join(runFolder(stage.repo.path), 'epics/E1/attempt-1/result.json.said'), '');
      const end = await run.ended;
      expect(end.code, end.stdout + end.stderr).toBe(0);
      expect(steered()).toMatchObject([{ read: true }]);
    });

    it.skipIf(STEERABLE.includes(name))('cannot be told anything, and that is said at once', async () => {
      const { run } = await begin('steered');
      const { code, stderr } = await stage.start(SAID).ended;
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(`${name} takes no messages while it works on E1`),
      ]);
      run.kill('SIGINT');
      expect((await run.ended).code).toBe(130);
    });
  });
}
