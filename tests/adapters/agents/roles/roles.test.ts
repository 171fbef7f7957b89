import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  overridesIn,
  renderRole,
  ROLE_CLIS,
  rolesFor,
} from '../../../../src/adapters/agents/roles/registry.ts';
import { AGENT_CLIS, isAgentCli } from '../../../../src/domain/backend-names.ts';
import { rolesForSession } from '../../../../src/adapters/agents/roles/session-roles.ts';
import { readRoles } from '../../../../src/adapters/prompt-files.ts';
import { PRESETS } from '../../../../src/domain/config.ts';
import { AGENT_ROLES, type AgentRole } from '../../../../src/domain/role-names.ts';
import { modelFor, type RoleSource } from '../../../../src/domain/roles.ts';
import { tempFolder } from '../../temp-folder.ts';

const roles = readRoles();
const only = (name: AgentRole): RoleSource => roles.find(({ role }) => role === name)!;

/** Front matter and body of a rendered Markdown file. */
function split(text: string): { head: unknown; body: string } {
  const [, head = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? [];
  return { head: parse(head), body };
}

test('every role has a source, and says how its answer is to look', () => {
  expect(roles.map(({ role }) => role)).toEqual(AGENT_ROLES);
  for (const { role, instructions, access, tools } of roles) {
    expect(instructions.split('\n')[0]).toBe(`<!-- teams-role: ${role} -->`);
    expect(tools.includes('edit')).toBe(access === 'writes');
    const schema = /```json\n(.*?)```/s.exec(instructions)?.[1] ?? '';
    expect(JSON.parse(schema)).toMatchObject({ type: 'object' });
  }
});

describe('the file of a role', () => {
  const { description, instructions } = only('epic-validator');

  test('claude: name and description, without which it would be dropped', () => {
    expect(split(renderRole('claude', only('epic-validator'), {}))).toEqual({
      head: { name: 'epic-validator', description, tools: 'Read, Bash', model: 'opus' },
      body: instructions,
    });
    expect(split(renderRole('claude', only('builder'), { builder: 'my: "own"' })).head).toMatchObject({
      tools: 'Read, Edit, Write, Bash',
      model: 'my: "own"',
    });
  });

  test('codex: the three keys, and a model only when there is one', () => {
    const keys = (text: string): string[] =>
      [...text.slice(0, text.indexOf('"""')).matchAll(/^(\w+) = /gm)].map((match) => match[1] ?? '');
    const text = renderRole('codex', only('epic-validator'), {});
    expect(keys(text)).toEqual(['name', 'description', 'developer_instructions']);
    expect(keys(renderRole('codex', only('builder'), { medium: 'gpt' }))).toContain('model');
    expect(text.match(/"""/g)).toHaveLength(2);
  });

  test('codex: quotes and backslashes of the instructions stay what they are', () => {
    const role = { ...only('builder'), instructions: 'a \\n b """ c\n' };
    expect(renderRole('codex', role, {})).toMatch(/"""\na \\\\n b ""\\" c\n"""\n$/);
  });

  test('opencode: a sub-agent; who only reads may not edit', () => {
    expect(split(renderRole('opencode', only('epic-validator'), { 'epic-validator': 'x/y:z' }))).toEqual({
      head: { description, mode: 'subagent', model: 'x/y:z', permission: { edit: 'deny' } },
      body: instructions,
    });
    expect(split(renderRole('opencode', only('merger'), {})).head).toEqual({
      description: only('merger').description,
      mode: 'subagent',
    });
  });

  test('copilot: name, description and the tools', () => {
    expect(split(renderRole('copilot', only('epic-validator'), {}))).toEqual({
      head: { name: 'epic-validator', description, tools: ['read', 'search', 'execute'] },
      body: instructions,
    });
  });
});

describe('at run time', () => {
  const session = { roles: [only('builder'), only('epic-validator')], models: {}, sessionHome: '/home/s' };

  test('claude gets them as an argument', () => {
    const { args, env, files } = rolesFor('claude', session);
    expect([args[0], env, files]).toEqual(['--agents', {}, []]);
    expect(JSON.parse(args[1] ?? '')).toEqual({
      builder: {
        description: only('builder').description,
        prompt: only('builder').instructions,
        tools: ['Read', 'Edit', 'Write', 'Bash'],
        model: 'sonnet',
      },
      'epic-validator': expect.objectContaining({ tools: ['Read', 'Bash'] }),
    });
  });

  test('codex gets files of the session by configuration keys', () => {
    const { args, env, files } = rolesFor('codex', session);
    expect(env).toEqual({});
    expect(args).toEqual([
      '-c',
      'agents.builder.config_file="/home/s/codex/agents/builder.toml"',
      '-c',
      'agents.epic-validator.config_file="/home/s/codex/agents/epic-validator.toml"',
    ]);
    expect(files).toEqual([
      { path: 'codex/agents/builder.toml', content: renderRole('codex', only('builder'), {}) },
      { path: 'codex/agents/epic-validator.toml', content: renderRole('codex', only('epic-validator'), {}) },
    ]);
  });

  test('copilot gets a folder', () => {
    const { args, env, files } = rolesFor('copilot', session);
    expect([args, env]).toEqual([['--add-dir', '/home/s/copilot'], {}]);
    expect(files.map(({ path }) => path)).toEqual([
      'copilot/.github/agents/builder.agent.md',
      'copilot/.github/agents/epic-validator.agent.md',
    ]);
  });

  test('opencode gets a configuration', () => {
    const { args, env, files } = rolesFor('opencode', session);
    expect([args, files]).toEqual([[], []]);
    expect(JSON.parse(env['OPENCODE_CONFIG_CONTENT'] ?? '')).toEqual({
      agent: {
        builder: {
          description: only('builder').description,
          mode: 'subagent',
          prompt: only('builder').instructions,
        },
        'epic-validator': expect.objectContaining({ permission: { edit: 'deny' } }),
      },
    });
  });

  test.each(AGENT_CLIS)('%s gets nothing when there are none', (cli) => {
    expect(rolesFor(cli, { ...session, roles: [] })).toEqual({ args: [], env: {}, files: [] });
  });
});

test.each([
  ['claude', ['.claude/agents/builder.md', '.claude/agents/deep/merger.md', '.claude/agents/other.md']],
  [
    'codex',
    ['.codex/agents/builder.toml', '.codex/agents/deep/merger.toml', '.claude/agents/epic-planner.md'],
  ],
  ['copilot', ['.github/agents/builder.agent.md', '.claude/agents/merger.md', '.github/workflows/merger.md']],
  ['opencode', ['.opencode/agent/builder.md', '.opencode/agents/merger.md', '.opencode/agents/merger.txt']],
] as const)('%s: what a repository defines itself', (cli, files) => {
  expect([...overridesIn(cli, AGENT_ROLES, files)]).toEqual([
    ['builder', files[0]],
    ['merger', files[1]],
  ]);
});

test.each(AGENT_CLIS)('%s: an installed role is found again', (cli) => {
  for (const role of AGENT_ROLES) {
    expect([...overridesIn(cli, AGENT_ROLES, [ROLE_CLIS[cli].fileOf(role)]).keys()]).toEqual([role]);
  }
});

test('a name of a backend is not looked up in the prototype', () => {
  expect(['claude', 'constructor', 'scripted'].map(isAgentCli)).toEqual([true, false, false]);
});

describe('a session', () => {
  const filesBelow = async (folder: string): Promise<string[]> =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .toSorted();

  test('of a lead gets the team of its preset, and the worktree stays as it is', async () => {
    const [worktree, folder] = [tempFolder(), tempFolder()];
    const { args, notes } = await rolesForSession(
      'codex',
      { role: 'team-lead', worktree, models: {}, folder },
      PRESETS.balanced,
    );
    expect(notes).toEqual([]);
    expect(await filesBelow(worktree)).toEqual([]);
    expect(await filesBelow(folder)).toEqual(['builder.toml', 'epic-planner.toml', 'epic-validator.toml']);
    expect(args.filter((arg) => arg !== '-c')).toHaveLength(3);
    const builder = await readFile(join(folder, 'roles/codex/agents/builder.toml'), 'utf8');
    expect(builder).toBe(renderRole('codex', only('builder'), {}));
  });

  test('leaves alone what the repository defines itself, and names it', async () => {
    const [worktree, folder] = [tempFolder(), tempFolder()];
    await mkdir(join(worktree, '.claude/agents/team'), { recursive: true });
    await writeFile(join(worktree, '.claude/agents/team/builder.md'), '---\nname: builder\n---\n');
    const { args, notes } = await rolesForSession(
      'claude',
      { role: 'team-lead', worktree, models: {}, folder },
      PRESETS.balanced,
    );
    expect(notes).toEqual([
      'The repository defines the role builder itself, in .claude/agents/team/builder.md: it is used.',
    ]);
    expect(Object.keys(JSON.parse(args[1] ?? '') as object)).toEqual(['epic-planner', 'epic-validator']);
  });

  test.each(['merger', 'final-validator', 'builder'] as const)(
    'of a %s starts no sub-agents',
    async (role) => {
      const [worktree, folder] = [tempFolder(), tempFolder()];
      const got = await rolesForSession('copilot', { role, worktree, models: {}, folder }, PRESETS.balanced);
      expect(got).toEqual({ args: [], env: {}, notes: [] });
      expect(await filesBelow(folder)).toEqual([]);
    },
  );
});

describe('models', () => {
  test.each([
    [{}, null],
    [{ large: 'L' }, 'L'],
    [{ large: 'L', teamLead: 'T' }, 'T'],
    [{ teamLead: 'T', 'team-lead': 'own' }, 'own'],
    [JSON.parse('{"__proto__": "x"}') as Record<string, string>, null],
  ])('%j', (models, model) => {
    expect(modelFor({ role: 'team-lead', model: 'large' }, models)).toBe(model);
  });
});
