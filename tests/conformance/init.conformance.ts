import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leftovers } from '../rig/leftovers.ts';
import { tempRepo } from '../rig/temp-repo.ts';
import { openTerminal, type Terminal } from '../terminal/terminal.ts';
import { CLI_NAMES } from './install/clis.ts';
import { cacheFolder, ensureCli } from './install/ensure-cli.ts';
import { freshHome, greet } from './isolate/home.ts';
import { loadScenario } from './model-server/scenario.ts';
import { startModelServer } from './model-server/server.ts';

const SCENARIO = join(import.meta.dirname, 'scenarios/team/converse.yml');

/** What a person is asked on the way: about a command of the agent, or about news of the CLI. */
const QUESTION =
  /Do you want to proceed\?|Do you want to run this command\?|Permission required|Use existing model/;
const DONE = /The draft is written\./;
const WRITE = /Write it to prd\.json\?[^]*Enter: confirm/;

const TMUX = spawnSync('tmux', ['-V'], { stdio: 'ignore' }).status === 0;

const EXIT = { claude: '/exit', codex: '/quit', copilot: '/exit', opencode: '/exit' } as const;

for (const name of CLI_NAMES) {
  const cli = await ensureCli(name);
  const [title, binary] =
    'skipped' in cli
      ? [cli.skipped, '']
      : [`${name} ${cli.version}${TMUX ? '' : ' (tmux is not installed)'}`, cli.path];

  describe.skipIf(binary === '' || !TMUX)(`${title} in a terminal`, () => {
    it('reads its prompt, writes a draft after a yes, and hands the terminal back', async () => {
      const repo = tempRepo({
        below: cacheFolder(),
        files: { 'teams.config.yml': JSON.stringify({ version: 1, backend: name }) },
      });
      onTestFinished(() => repo.remove());
      const server = await startModelServer(loadScenario(SCENARIO), { unmarked: 'author' });
      onTestFinished(() => server.close());
      const home = join(dirname(repo.path), 'home');
      const { PATH: _, ...env } = freshHome(name, server.url, home);
      greet(name, home, repo.path);
      const terminal = await openTerminal({
        cwd: repo.path,
        columns: 100,
        rows: 40,
        env: { ...env, TERM: 'xterm-256color' },
        programs: { [name]: `exec '${binary}' "$@"\n` },
      });

      await terminal.command('teams init');
      await answerUntil(terminal, DONE);
      await terminal.type(EXIT[name]);
      await terminal.waitFor(EXIT[name]);
      await terminal.press('Enter');
      await terminal.waitFor(WRITE);
      await terminal.press('Enter');
      await terminal.waitFor(/Plan the epics now\?[^]*Yes/);
      await terminal.press('Right', 'Enter');
      const end = await terminal.waitFor('[0]');

      expect(end).toContain('prd.json is written: 1 epic.');
      expect(JSON.parse(readFileSync(join(repo.path, 'prd.json'), 'utf8'))).toMatchObject({
        project: 'Shop',
      });
      expect(repo.git('status', '--porcelain')).toBe('?? prd.json');
      expect(leftovers(repo)).toMatchObject({ processes: [], worktrees: [] });
      // What is typed is shown, and a line is a line.
      await terminal.command('echo still here');
      await terminal.waitFor('still here\n[0]');
    });
  });
}

/** Says yes to whatever is asked. */
async function answerUntil(terminal: Terminal, done: RegExp): Promise<void> {
  for (;;) {
    // The slowest CLI takes a minute to start on a busy machine.
    await expect
      .poll(() => terminal.screen(), { timeout: 500_000 })
      .toMatch(new RegExp(`${QUESTION.source}|${done.source}`));
    const screen = await terminal.screen();
    if (done.test(screen)) return;
    await terminal.press(...(screen.includes('Use existing model') ? ['Down', 'Enter'] : ['Enter']));
    await changed(terminal, screen);
  }
}

const changed = (terminal: Terminal, before: string): Promise<void> =>
  expect.poll(() => terminal.screen(), { timeout: 500_000 }).not.toBe(before);
