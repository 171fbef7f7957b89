import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { teams, type TeamsEnd } from '../rig/teams.ts';
import { type TempRepo, tempRepo } from '../rig/temp-repo.ts';

/** Agent CLIs that do no more than tell a version, and nothing else that the person has. */
let programs = '';
beforeAll(() => {
  programs = mkdtempSync(join(tmpdir(), 'teams-programs-'));
  for (const [name, version] of [
    ['claude', '2.1.7 (Claude Code)'],
    ['opencode', '99.0.0'],
  ] as const) {
    writeFileSync(join(programs, name), `#!/bin/sh\necho '${version}'\n`);
    chmodSync(join(programs, name), 0o755);
  }
});
afterAll(() => rmSync(programs, { recursive: true }));

function project(files: Readonly<Record<string, string>>): TempRepo {
  const repo = tempRepo({ files });
  onTestFinished(() => repo.remove());
  return repo;
}

const GIT = '/usr/bin:/bin';
function setup(repo: TempRepo, args: readonly string[], path = programs): Promise<TeamsEnd> {
  const PATH = [path, dirname(process.execPath), GIT].join(delimiter);
  return teams(['setup', ...args], { cwd: repo.path, env: { PATH, HOME: programs } });
}

const config = (repo: TempRepo): string => readFileSync(join(repo.path, 'teams.config.yml'), 'utf8');
const NODE = {
  'package.json': JSON.stringify({ scripts: { test: 'vitest run', lint: 'eslint .', build: 'tsc' } }),
  'package-lock.json': '{}',
};

test('without a terminal and without --yes nothing is asked and nothing is written', async () => {
  const repo = project(NODE);
  expect(await setup(repo, [])).toMatchObject({
    code: 2,
    stdout: '',
    stderr:
      'error: teams setup asks questions, and there is no terminal to ask them on\n' +
      '  fix:   teams setup --yes takes what it finds; flags say what is to be different, see: teams setup --help\n',
  });
  expect(repo.git('status', '--porcelain')).toBe('');
  expect(existsSync(join(repo.path, '.teams'))).toBe(false);
});

test('--yes writes what was found; a second time it changes nothing', async () => {
  const repo = project(NODE);
  expect(await setup(repo, ['--yes'])).toMatchObject({
    code: 0,
    stdout: `backend   claude
preset    balanced
parallel  1
setup     npm ci
verify    npm run lint
          npm test
timeouts  epic 60m, idle 10m, run 5h, check 15m, grace 10s
budget    no limit
models    none
teams.config.yml is written; what it comes to: teams config
`,
    stderr: '',
  });
  const written = config(repo);
  expect(written).toBe(`# yaml-language-server: $schema=./.teams/schemas/config.schema.json
# $schema: ./.teams/schemas/config.schema.json
# How teams works on this repository. "teams config" prints every value and where it comes from;
# "teams setup" asks again and keeps what you write here.
version: 1

# The agent CLI behind the sessions: claude, codex, copilot, opencode, or a name under "backends".
backend: claude

# Who plans and who checks, beside the builders: minimal, balanced or full.
preset: balanced

# Sessions at a time.
parallel: 1

# Command lines that prepare every new worktree.
setup:
  - npm ci

# Command lines that decide whether work is done: teams itself runs them, before and after each merge.
verify:
  - npm run lint
  - npm test

timeouts:
  epic: 60m    # one session
  idle: 10m    # how long a session may say nothing
  run: 5h      # the whole run
  check: 15m   # one command of setup or verify
  grace: 10s   # a whole stop; what still runs after a third of it is killed

# What a run may spend: costUsd (US dollars, as far as the agent CLI tells), tokens (of all sessions, with what was read
# from caches), or both. When one is spent, nothing new is started and the run ends as stalled. Without one: no limit.
budget: {}

# A model per role (teamLead, builder, …) or per size of the work (small, medium, large), by the names that the CLI
# has for them. Without one, the CLI and the lead choose.
models: {}

# There are more keys, for more backends than one, permissions, attempts: "teams config" lists them all.
`);
  expect(await setup(repo, ['--yes'])).toMatchObject({
    code: 0,
    stdout: 'teams.config.yml says all that already: nothing is changed\n',
    stderr: '',
  });
  expect(config(repo)).toBe(written);
  // Nothing else that git sees, and a file that others may read like any other.
  expect(repo.git('status', '--porcelain')).toBe('?? teams.config.yml');
  expect(statSync(join(repo.path, 'teams.config.yml')).mode & 0o444).toBe(0o444 & ~process.umask());
});

test('every question has a flag', async () => {
  const repo = project(NODE);
  const flags = `
    --backend opencode --preset full --planning-epic always --planning-story never
    --validation-story never --validation-epic always --validation-final never
    --parallel 4 --no-setup --verify make --timeouts-epic 2h --timeouts-idle 5m --timeouts-run 9h
    --timeouts-check 90s --timeouts-grace 1s
    --budget-tokens 1.5M --budget-cost-usd 7.50 --model teamLead=opus --model small=a/b:c`;
  const argv = [...flags.trim().split(/\s+/), '--verify', 'a "b": c'];
  expect(await setup(repo, ['--yes', ...argv])).toMatchObject({ code: 0, stderr: '' });
  const lines = config(repo)
    .split('\n')
    .filter((line) => !/^(#|$)/.test(line));
  expect(lines.map((line) => line.replace(/ +#.*/, '')).join('\n')).toBe(`version: 1
backend: opencode
preset: full
planning:
  epic: always
  story: never
validation:
  story: never
  epic: always
  final: never
parallel: 4
setup: []
verify:
  - make
  - "a \\"b\\": c"
timeouts:
  epic: 2h
  idle: 5m
  run: 9h
  check: 90s
  grace: 1s
budget:
  tokens: 1500000
  costUsd: 7.5
models:
  teamLead: opus
  small: a/b:c`);
});

test('a model for what is no role and no size of work is refused', async () => {
  const repo = project(NODE);
  const refused = (why: string): string =>
    `error: option '--model <role=model>' argument '${why} (teams setup --help shows what there is)\n`;
  const near = await setup(repo, ['--yes', '--model', 'bulder=x']);
  const far = await setup(repo, ['--yes', '--model', 'nope=y']);
  expect([near.code, near.stderr.replace(/\n(?=\()/, ' ')]).toEqual([
    2,
    refused("bulder=x' is invalid. Did you mean builder?"),
  ]);
  expect([far.code, far.stderr.replace(/\n(?=\()/, ' ')]).toEqual([
    2,
    refused(
      "nope=y' is invalid. It has to be one of teamLead, epicPlanner, storyPlanner, builder, storyValidator, epicValidator, finalValidator, merger, author, small, medium, large.",
    ),
  ]);
  expect(repo.git('status', '--porcelain')).toBe('');
});

test('a file that is there is edited: what it has and what it says stay', async () => {
  const before = `# Ours.
version: 1
backend: mine                # not for everybody
preset: full
planning: { epic: never }    # they plan too much
verify:
  - npm test   # all of it
backends:
  mine: { command: [./agent] }
`;
  const repo = project({ ...NODE, 'teams.config.yml': before });
  expect(
    await setup(repo, ['--yes', '--preset', 'balanced', '--verify', 'npm test', '--verify', 'npm run lint']),
  ).toMatchObject({
    code: 0,
    stdout: `preset         full → balanced
setup          not set → ["npm ci"]
verify         ["npm test"] → ["npm test","npm run lint"]
planning.epic  never → auto
teams.config.yml is changed; what it comes to: teams config
`,
    // It is in the file, so it was not asked for.
    stderr: expect.stringContaining('warning: backend mine: '),
  });
  expect(config(repo)).toBe(
    before
      .replace('full', 'balanced')
      .replace('never }', 'auto }')
      .replace('planning:', 'setup:\n  - npm ci\nplanning:')
      .replace('all of it\n', 'all of it\n  - npm run lint\n'),
  );
});

test('a limit comes, changes and goes again, and the rest of the file stays', async () => {
  const budget = (text: string): string => `# Ours.
parallel: 2
setup: []
verify: [make]
${text}# the end
`;
  const repo = project({ 'teams.config.yml': budget('') });
  const steps: readonly (readonly [string, string, string])[] = [
    ['--budget-cost-usd 20', 'budget.costUsd  not set → 20', 'budget:\n  costUsd: 20\n'],
    [
      '--budget-tokens 500k --budget-cost-usd 30',
      'budget.tokens   not set → 500000\nbudget.costUsd  20 → 30',
      'budget:\n  costUsd: 30\n  tokens: 500000\n',
    ],
    ['--no-budget-cost-usd', 'budget.costUsd  30 → removed', 'budget:\n  tokens: 500000\n'],
    ['--no-budget-tokens --no-budget-cost-usd', 'budget.tokens  500000 → removed', ''],
  ];
  for (const [flags, said, text] of steps) {
    expect(await setup(repo, ['--yes', ...flags.split(' ')])).toMatchObject({
      code: 0,
      stdout: `${said}\nteams.config.yml is changed; what it comes to: teams config\n`,
      stderr: '',
    });
    expect(config(repo)).toBe(budget(text));
  }
  const { stdout } = await setup(repo, ['--yes', '--no-budget-tokens']);
  expect(stdout).toBe('teams.config.yml says all that already: nothing is changed\n');
});

describe('what is wrong is said, and nothing is written', () => {
  test.each<[string, readonly string[], string]>([
    [
      'an unknown backend',
      ['--backend', 'claud'],
      '--backend: the backend "claud" is not known\n  fix: did you mean "claude"?',
    ],
    ['a preset that is none', ['--preset', 'ful'], '--preset: preset is "ful", which is not one of'],
    ['too many sessions', ['--parallel', '65'], '--parallel: parallel is 65, but must be at most 64'],
    ['a time without a unit', ['--timeouts-run', '5'], 'fix: write 5s, 5m or 5h'],
    ['a command that is blank', ['--verify', ''], '--verify: verify.0 is blank'],
    [
      'a budget that is no number of tokens',
      ['--budget-tokens', '5G'],
      'It has to be such as 1200000, 500k or 5M.',
    ],
    ['a budget of nothing', ['--budget-cost-usd', '0'], 'It has to be such as 20 or 7.50.'],
    ['a model without a role', ['--model', 'opus'], 'It has to be such as teamLead=opus.'],
  ])('%s', async (_, flags, said) => {
    const repo = project(NODE);
    const { code, stdout, stderr } = await setup(repo, ['--yes', ...flags]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
    expect(repo.git('status', '--porcelain')).toBe('');
  });

  test('a file that is not valid stays as it is', async () => {
    const repo = project({ 'teams.config.yml': 'version: 1\nparalel: 3\nverify: [\n' });
    const { code, stdout, stderr } = await setup(repo, ['--yes']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('teams.config.yml:4:1 error invalid-yaml');
    expect(repo.git('status', '--porcelain')).toBe('');
  });

  test('a file that cannot be changed without harm', async () => {
    const repo = project({ 'teams.config.yml': 'timeouts: { epic: &long 2h, check: *long }\n' });
    expect(await setup(repo, ['--yes', '--timeouts-epic', '1h'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `error: teams.config.yml is written in a way that teams cannot change without doing harm, such as with an alias
  why:   nothing was written; wanted was
         timeouts.epic  2h → 1h
  fix:   change it by hand
`,
    });
    expect(repo.git('status', '--porcelain')).toBe('');
  });

  test('no agent CLI, unless one is named', async () => {
    const repo = project({ 'go.mod': 'module x\n' });
    const empty = mkdtempSync(join(tmpdir(), 'teams-programs-'));
    onTestFinished(() => rmSync(empty, { recursive: true }));
    const { code, stderr } = await setup(repo, ['--yes'], empty);
    expect(code).toBe(3);
    expect(stderr).toContain(
      'error: no agent CLI can be started here\n  why:   backend claude: claude is not installed',
    );
    expect(repo.git('status', '--porcelain')).toBe('');
    const named = await setup(repo, ['--yes', '--backend', 'codex'], empty);
    expect(named.code).toBe(0);
    expect(named.stderr).toBe(
      'warning: backend codex: codex is not installed: npm install -g @openai/codex\n',
    );
    expect(config(repo)).toContain('\nbackend: codex\n');
  });

  test('outside of a repository', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'teams-programs-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { code, stderr } = await teams(['setup', '--yes'], { cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toContain('error: this is not inside a git repository');
  });
});

test('a link stays a link, a mode stays, and variables of the day do not get into the file', async () => {
  const repo = project({ 'conf/teams.yml': 'version: 1\n', ...NODE });
  symlinkSync('conf/teams.yml', join(repo.path, 'teams.config.yml'));
  chmodSync(join(repo.path, 'conf/teams.yml'), 0o640);
  const env = { PATH: `${programs}:${dirname(process.execPath)}:${GIT}`, TEAMS_PARALLEL: '9' };
  const end = await teams(['setup', '--yes', '--no-setup', '--no-verify'], { cwd: repo.path, env });
  expect(end.stdout).toBe('teams.config.yml says all that already: nothing is changed\n');
  await setup(repo, ['--yes', '--parallel', '2', '--no-setup', '--no-verify']);
  expect(readFileSync(join(repo.path, 'conf/teams.yml'), 'utf8')).toBe('version: 1\nparallel: 2\n');
  expect(statSync(join(repo.path, 'conf/teams.yml')).mode & 0o777).toBe(0o640);
});

test('a link that leads out of the repository is not followed', async () => {
  const repo = project(NODE);
  const elsewhere = mkdtempSync(join(tmpdir(), 'teams-programs-'));
  onTestFinished(() => rmSync(elsewhere, { recursive: true }));
  writeFileSync(join(elsewhere, 'profile'), '# mine\n');
  symlinkSync(join(elsewhere, 'profile'), join(repo.path, 'teams.config.yml'));
  const { code, stderr } = await setup(repo, ['--yes']);
  expect(code).toBe(3);
  expect(stderr).toContain('error: teams.config.yml is a link that leads out of the repository');
  expect(readFileSync(join(elsewhere, 'profile'), 'utf8')).toBe('# mine\n');
});

test('what a file says reaches the terminal without its escapes', async () => {
  const repo = project({ ...NODE, 'teams.config.yml': 'verify: ["echo \\e[2J\\u202e evil"]\n' });
  const { code, stdout, stderr } = await setup(repo, ['--yes', '--verify', 'npm test']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('npm test');
  expect(stdout).not.toMatch(/[\u001b\u202e]/);
});
