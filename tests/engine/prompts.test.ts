import { expect, test } from 'vitest';
import { readPrompts } from '../../src/adapters/prompt-files.ts';
import { type Config, PRESETS } from '../../src/domain/config.ts';
import type { Epic } from '../../src/domain/prd.ts';
import {
  commandsText,
  findingsText,
  renderPrompt,
  settingValues,
  storiesText,
} from '../../src/engine/prompts.ts';

const prompts = readPrompts();
const BACKENDS = [...Object.keys(prompts.backends), 'mine'];

const epic: Epic = {
  id: 'EPIC-001',
  title: 'Sign in and sessions',
  description: 'People sign in with email and password and stay signed in on a device until they sign out.',
  status: 'pending',
  planned: false,
  dependsOn: [],
  userStories: [1, 2, 3, 4, 5].map((n) => ({
    id: `US-00${n}`,
    title: `Part ${n} of signing in`,
    description:
      'As a person who has an account, I want to sign in, so that my work is there on every device.',
    acceptanceCriteria: [
      'The form takes an email and a password, and says which of the two is missing',
      'A wrong password is refused with a message that does not tell whether the account exists',
      'After five wrong passwords within ten minutes the account waits for fifteen minutes',
      'A session ends after thirty days, or at once when the person signs out',
    ],
    priority: n,
    passes: false,
    failureReason: null,
  })),
};

const lead = (
  setting: Pick<Config, 'planning' | 'validation'>,
  backend = 'claude',
  models: Record<string, string> = {},
  more: Record<string, string> = {},
): string =>
  renderPrompt(prompts, 'team-lead', {
    ...settingValues(prompts, setting, { backend, models }),
    epicId: epic.id,
    attempt: '2',
    cutOff: 'yes',
    resumed: 'yes',
    head: 'b'.repeat(40),
    leftover:
      '/home/someone/projects/shop/.teams/runs/20261121-030405-abcd/epics/EPIC-001/attempt-1/leftover.patch',
    worktree: '/home/someone/projects/shop/.teams/worktrees/20261121-030405-abcd/EPIC-001',
    branch: 'teams-epics/20261121-030405-abcd/EPIC-001',
    base: 'a'.repeat(40),
    input: '/home/someone/projects/shop/.teams/runs/20261121-030405-abcd/epics/EPIC-001/attempt-2/input.json',
    prd: '/home/someone/projects/shop/.teams/runs/20261121-030405-abcd/prd.json',
    result:
      '/home/someone/projects/shop/.teams/runs/20261121-030405-abcd/epics/EPIC-001/attempt-2/result.json',
    title: epic.title,
    description: epic.description,
    stories: storiesText(
      epic,
      epic.userStories.map(({ id }) => id),
    ),
    done: 'none',
    findings: findingsText([{ rule: 'story-failed', text: 'US-003 does not pass: the account never waits' }]),
    setup: commandsText(['npm ci']),
    verify: commandsText(['npm run check', 'npm test']),
    ...more,
  });

const cases = Object.keys(PRESETS).flatMap((preset) =>
  BACKENDS.map((backend) => [preset as Config['preset'], backend] as const),
);

test.each(cases)('the whole prompt of a lead stays under 12 KB: %s on %s', (preset, backend) => {
  const text = lead(PRESETS[preset], backend);
  expect(Buffer.byteLength(text)).toBeLessThan(12 * 1024);
  expect(text).toMatch(/^<!-- teams-role: team-lead -->\n# You lead/);
  expect(text).not.toMatch(/\{\{|\n\n\n/);
  expect(text.includes('## About the CLI that you run in')).toBe(backend !== 'mine');
});

test('the preset decides which roles there are and when they are called', () => {
  const roles = (text: string): string[] =>
    [...text.slice(text.indexOf('## Your team')).matchAll(/^- `([\w-]+)` /gm)].map((match) => match[1] ?? '');
  expect(roles(lead(PRESETS.minimal))).toEqual(['builder']);
  expect(roles(lead(PRESETS.balanced))).toEqual(['epic-planner', 'builder', 'epic-validator']);
  expect(roles(lead(PRESETS.full))).toEqual([
    'epic-planner',
    'story-planner',
    'builder',
    'story-validator',
    'epic-validator',
  ]);
  expect(lead(PRESETS.minimal)).toContain('There is no planner');
  expect(lead(PRESETS.minimal)).toContain('5. A validator, if your team has one, gets');
  expect(lead(PRESETS.minimal)).not.toMatch(/epic-planner|story-planner|story-validator|epic-validator/);
  const strict = lead({
    planning: { epic: 'always', story: 'always' },
    validation: { story: 'always', epic: 'always', final: 'always', fixRounds: 3 },
  });
  expect(strict).toContain('Have the epic planned before the first story.');
  expect(strict).toContain('Have the commit judged by a fresh `story-validator`.');
  expect(strict).toContain('Fix rounds per story: at most 3.');
});

test('models: what the configuration pins, else by difficulty, with the names that are known', () => {
  const line = (backend: string, models: Record<string, string>): string =>
    /start a general sub-agent and tell it what the role has to do\. (.*)/.exec(
      lead(PRESETS.balanced, backend, models),
    )?.[1] ?? '';
  expect(line('codex', {})).toMatch(/^You are asked to choose .* after a failed attempt\.$/);
  expect(line('claude', {})).toContain('(small: `haiku`, medium: `sonnet`, large: `opus`)');
  expect(line('codex', { small: 'mini', builder: 'big', epicValidator: 'big' })).toMatch(
    /^`builder` always gets the model `big`\. `epic-validator` always gets the model `big`\. You are asked .* \(small: `mini`\)\.$/,
  );
  expect(line('claude', { 'epic-planner': 'a', builder: 'b', 'epic-validator': 'c' })).toBe(
    '`epic-planner` always gets the model `a`. `builder` always gets the model `b`. `epic-validator` always gets the model `c`.',
  );
});

test('text of the PRD is never expanded', () => {
  const hostile = 'x {{result}} {{#habits=no}}\n{{/}}\n$& $1';
  expect(lead(PRESETS.balanced, 'claude', {}, { description: hostile })).toContain(hostile);
});

test('a placeholder without a value is a bug', () => {
  expect(() => renderPrompt(prompts, 'merger', {})).toThrow('prompt merger: no value for {{');
});

test('the other sessions begin with their mark and with what their role always has to do', () => {
  const { sessions } = prompts;
  expect(sessions.builder.template).toMatch(/^<!-- teams-role: fix -->\n# You build\n/);
  expect(sessions.merger.template).toMatch(/^<!-- teams-role: merger -->\n# You resolve a merge\n/);
  expect(sessions['final-validator'].template).toMatch(/^<!-- teams-role: final-validator -->\n# You judge/);
  for (const { template } of Object.values(sessions)) expect(template).toContain('{{contract}}');
  // Their roles are to touch nothing outside the worktree, where the result lies.
  for (const { template } of [sessions.builder, sessions.merger])
    expect(template).toMatch(/the one (file|place) outside the worktree that you write/);
});
