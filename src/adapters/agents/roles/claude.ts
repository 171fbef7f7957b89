import type { RoleSource } from '../../../domain/roles.ts';
import { frontMatter, NOTHING, type RoleCli } from './role-cli.ts';

/** `Grep` and `Glob` vanish silently when they are named, so searching is left to Bash. */
const TOOLS: Readonly<Record<RoleSource['tools'][number], readonly string[]>> = {
  read: ['Read'],
  search: [],
  edit: ['Edit', 'Write'],
  execute: ['Bash'],
  agent: ['Agent'],
};

const toolsOf = ({ tools }: RoleSource): readonly string[] => tools.flatMap((tool) => TOOLS[tool]);

export const claudeRoles: RoleCli = {
  tiers: { small: 'haiku', medium: 'sonnet', large: 'opus' },
  habits: `- Sub-agents are started with the Agent tool (older versions call it Task), with the role as \`subagent_type\`. Start them in the foreground; their last message is their answer.
- The advice of this CLI to commit only when asked, to make a branch first and to add attribution or co-author lines does not apply: commits on this branch are asked for, without such lines. Tell a builder so.
- Sub-agents are told by the CLI not to write report files. That means reports, not documentation that a story asks for.
- A long \`sleep\` is blocked. Do not poll; run what you wait for in the foreground with a time limit.`,
  fileOf: (role) => `.claude/agents/${role}.md`,
  definedBy: (path) => /^\.claude\/agents\/(?:.*\/)?([^/]+)\.md$/.exec(path)?.[1] ?? null,
  // Without a name or a description the file would be dropped silently.
  render: ({ role, model }) =>
    `${frontMatter({
      name: role.role,
      description: role.description,
      tools: toolsOf(role).join(', '),
      model,
    })}${role.instructions}`,
  deliver(cast) {
    if (cast.length === 0) return NOTHING;
    const agents = cast.map(({ role, model }) => [
      role.role,
      {
        description: role.description,
        prompt: role.instructions,
        tools: toolsOf(role),
        ...(model !== null && { model }),
      },
    ]);
    return { args: ['--agents', JSON.stringify(Object.fromEntries(agents))], env: {}, files: [] };
  },
};
