import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertNothingLeft } from '../rig/leftovers.ts';
import { type TempRepo, tempRepo } from '../rig/temp-repo.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const PROGRAMS = {
  claude: "echo '2.1.7 (Claude Code)'\n",
  opencode: "echo '99.0.0'\n",
  // Whether the machine has them or not, they cannot be started.
  codex: 'exit 1\n',
  copilot: 'exit 1\n',
};
const FILES = {
  'package.json': JSON.stringify({ scripts: { test: 'vitest run', lint: 'eslint .', build: 'tsc' } }),
  'package-lock.json': '{}',
};

async function open(
  files: Readonly<Record<string, string>>,
  columns = 80,
): Promise<{ repo: TempRepo; terminal: Terminal }> {
  const repo = tempRepo({ files });
  onTestFinished(() => repo.remove());
  const terminal = await openTerminal({ cwd: repo.path, columns, rows: 40, programs: PROGRAMS });
  await terminal.command('teams setup');
  return { repo, terminal };
}

const config = (repo: TempRepo): string => readFileSync(join(repo.path, 'teams.config.yml'), 'utf8');

const DOLLARS = 'How many US dollars may a run spend? A number, or nothing: no limit';
const TOKENS = 'How many tokens may a run spend? A number, or nothing: no limit';

/** Waits for a question to be the one that is open, and answers it. */
async function answer(terminal: Terminal, question: string, ...keys: readonly string[]): Promise<string> {
  const escaped = question.replace(/[?()]/g, String.raw`\$&`).replaceAll(' ', String.raw`\s+(?:│\s+)?`);
  const screen = await terminal.waitFor(new RegExp(`[◆▲] +${escaped}`));
  await terminal.press(...keys);
  return screen;
}

test('arrows, space, typed text and Enter: what was chosen is what is written', async () => {
  const { repo, terminal } = await open(FILES);
  const backends = await answer(terminal, 'Which agent CLI does the work?', 'Down', 'Enter');
  // Only those that can be started here.
  expect(backends).toMatch(/● claude \(2\.1\.7, not logged in\)\n│ +○ opencode\n│ +↑/);
  expect(backends).not.toMatch(/codex|copilot/);
  await answer(terminal, 'How much do agents plan and check?', 'Down', 'Down', 'Enter');
  await answer(terminal, 'Is an epic planned before it is built?', 'Down', 'Enter');
  await answer(terminal, 'Is each story planned before it is built?', 'Enter');
  await answer(terminal, 'Is each story validated by an agent?', 'Enter');
  await answer(terminal, 'Is each epic validated by an agent?', 'Enter');
  await answer(terminal, 'Is the whole validated by an agent at the end?', 'Up', 'Enter');
  await answer(terminal, 'How many sessions at a time?', 'BSpace', '9', '9', 'Enter');
  await terminal.waitFor('A whole number from 1 to 64');
  await answer(terminal, 'How many sessions at a time?', 'BSpace', 'BSpace', '3', 'Enter');
  await answer(terminal, 'What prepares a new worktree?', 'Down', 'Space', 'Enter');
  await terminal.waitFor('◆  Which one? A command line, or nothing');
  await terminal.type('make "deps": all');
  await terminal.press('Enter');
  await answer(terminal, 'And then? A command line, or nothing', 'Enter');
  // lint is dropped, build is added.
  const checks = await answer(
    terminal,
    'What has to pass before work is done?',
    'Space',
    'Down',
    'Down',
    'Space',
    'Enter',
  );
  expect(checks).toMatch(
    /◼ npm run lint \(scripts\.lint in package\.json\)\n│ +◼ npm test.*\n│ +◻ npm run build\n│ +◻ another command\n/,
  );
  await answer(terminal, 'Time limits?', 'Down', 'Enter');
  await answer(terminal, 'epic: one session', 'BSpace', 'BSpace', 'BSpace', '2', 'Enter');
  await terminal.waitFor('A duration such as 90s, 30m or 2h');
  await answer(terminal, 'epic: one session', 'h', 'Enter');
  await answer(terminal, 'idle: how long a session may say nothing', 'Enter');
  await answer(terminal, 'run: the whole run', 'Enter');
  await answer(terminal, 'check: one command of setup or verify', 'Enter');
  await answer(terminal, 'grace: a whole stop; what still runs after a third of it is killed', 'Enter');
  await answer(terminal, DOLLARS, '0', 'Enter');
  await terminal.waitFor('A number above 0, such as 20 or 7.50, or nothing');
  await answer(terminal, DOLLARS, 'BSpace', 'Enter');
  await answer(terminal, TOKENS, '5', 'M', 'Enter');
  await answer(terminal, 'Which roles get a model of your choice?', 'Space', 'Enter');
  await terminal.waitFor('◆  Model of teamLead, as the CLI calls it');
  await terminal.type('opus');
  await terminal.press('Enter');
  const summary = await terminal.waitFor('◆  Write teams.config.yml?');
  expect(summary).toContain(`│  backend           opencode
│  preset            balanced
│  planning.epic     always
│  planning.story    never
│  validation.story  never
│  validation.epic   auto
│  validation.final  auto
│  parallel          3
│  setup             npm ci
│                    make "deps": all
│  verify            npm test
│                    npm run build
│  timeouts          epic 2h, idle 10m, run 5h, check 15m, grace 10s
│  budget            5,000,000 tokens
│  models            teamLead: opus
`);
  expect(existsSync(join(repo.path, 'teams.config.yml'))).toBe(false);
  await terminal.press('Enter');
  await terminal.waitFor(/^teams\.config\.yml is written; what it comes to: teams config\n\[0\]$/m);
  expect(config(repo)).toContain(`
setup:
  - npm ci
  - "make \\"deps\\": all"
`);
  expect(config(repo)).toContain('\nbudget:\n  tokens: 5000000\n');
  await terminal.command('teams config | grep -E "^(backend|timeouts.epic) "');
  expect(await terminal.waitFor('[0]')).toMatch(
    /^backend +opencode +teams\.config\.yml:8[^]*^timeouts\.epic +2h +teams\.config\.yml:\d/m,
  );
  assertNothingLeft(repo);
});

const OURS = `# Ours.
backend: opencode   # the one that we pay for
parallel: 2         # see the wiki
verify:
  # the fast ones
  - npm test
budget: { costUsd: 20, tokens: 9000 }

# The end.
`;

test('asking again shows what the file says, changes what is changed, and keeps what was written', async () => {
  const { repo, terminal } = await open({ ...FILES, 'teams.config.yml': OURS });
  expect(await answer(terminal, 'Which agent CLI does the work?', 'Enter')).toContain('● opencode');
  await answer(terminal, 'How much do agents plan and check?', 'Enter');
  await answer(terminal, 'How many sessions at a time?', 'BSpace', '1', '2', 'Enter');
  await answer(terminal, 'What prepares a new worktree?', 'Space', 'Enter');
  const checks = await answer(terminal, 'What has to pass before work is done?', 'Down', 'Space', 'Enter');
  // Only what the file has is chosen already.
  expect(checks).toMatch(/◼ npm test.*\n│ +◻ npm run lint\n/);
  await answer(terminal, 'Time limits?', 'Enter');
  await answer(terminal, DOLLARS, 'BSpace', 'BSpace', 'Enter');
  await answer(terminal, TOKENS, 'Enter');
  await answer(terminal, 'Which roles get a model of your choice?', 'Enter');
  const summary = await terminal.waitFor('◆  Change teams.config.yml?');
  expect(summary).toContain(`│
│  parallel        2 → 12
│  verify          ["npm test"] → ["npm test","npm run lint"]
│  budget.costUsd  20 → removed
│
`);
  expect(config(repo)).toBe(OURS);
  await terminal.press('Enter');
  await terminal.waitFor(/^teams\.config\.yml is changed;.*\n\[0\]$/m);
  expect(config(repo)).toBe(
    OURS.replace('2         #', '12        #')
      .replace('npm test\n', 'npm test\n  - npm run lint\n')
      .replace('costUsd: 20, ', ''),
  );
});

test.each([
  ['Ctrl-C at the first question', 'Which agent CLI does the work?', 'C-c'],
  ['Escape at the first question', 'Which agent CLI does the work?', 'Escape'],
  ['Ctrl-C over typed text', 'How many sessions at a time?', 'C-c'],
  ['Escape over a list', 'What prepares a new worktree?', 'Escape'],
  ['Ctrl-D over a list', 'What prepares a new worktree?', 'C-d'],
  ['Ctrl-D without a text', DOLLARS, 'C-d'],
  ['Ctrl-C at the end', 'Write teams.config.yml?', 'C-c'],
  ['no', 'Write teams.config.yml?', 'n'],
])('%s: nothing is written, and that is said', async (_, where, key) => {
  const { repo, terminal } = await open(FILES);
  const questions = [
    'Which agent CLI does the work?',
    'How much do agents plan and check?',
    'How many sessions at a time?',
    'What prepares a new worktree?',
    'What has to pass before work is done?',
    'Time limits?',
    DOLLARS,
    TOKENS,
    'Which roles get a model of your choice?',
  ];
  const before = questions.includes(where) ? questions.slice(0, questions.indexOf(where)) : questions;
  for (const question of before) await answer(terminal, question, 'Enter');
  await answer(terminal, where, key);
  await terminal.waitFor(/^teams\.config\.yml is not written\n\[130\]$/m);
  expect(repo.git('status', '--porcelain')).toBe('');
  expect(existsSync(join(repo.path, '.teams'))).toBe(false);
});

test('40 columns: nothing is cut off or drawn twice', async () => {
  const { repo, terminal } = await open(FILES, 40);
  await answer(terminal, 'Which agent CLI does the work?', 'Enter');
  const presets = await answer(
    terminal,
    'How much do agents plan and check?',
    'Up',
    'Down',
    'Up',
    'Down',
    'Enter',
  );
  expect(presets.match(/balanced/g)).toHaveLength(1);
  await answer(terminal, 'How many sessions at a time?', 'Enter');
  await answer(terminal, 'What prepares a new worktree?', 'Enter');
  const checks = await answer(
    terminal,
    'What has to pass before work is done?',
    'Down',
    'Down',
    'Up',
    'Enter',
  );
  expect(checks.match(/npm run build/g)).toHaveLength(1);
  expect(checks.replace(/\n│ +/g, ' ')).toContain('npm run lint (scripts.lint in package.json)');
  const limits = await answer(terminal, 'Time limits?', 'Enter');
  expect(limits.replace(/\n│ +/g, ' ')).toContain('epic 60m, idle 10m, run 5h, check 15m, grace 10s');
  await answer(terminal, DOLLARS, '2', '5', 'Enter');
  await answer(terminal, TOKENS, 'Enter');
  await answer(terminal, 'Which roles get a model of your choice?', 'Down', 'Enter');
  await answer(terminal, 'Write teams.config.yml?', 'y');
  await terminal.waitFor('[0]');
  expect(config(repo)).toContain('\nverify:\n  - npm run lint\n  - npm test\n');
});
