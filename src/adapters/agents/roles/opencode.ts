import type { RoleSource } from '../../../domain/roles.ts';
import { type CastRole, frontMatter, NOTHING, type RoleCli } from './role-cli.ts';

export const opencodeRoles: RoleCli = {
  tiers: {},
  habits: `- Sub-agents are started with the \`task\` tool, with the role as \`subagent_type\`. The tool returns when the sub-agent is done; several in one message run at once, which this worktree does not allow for those that write.
- The session is over as soon as you answer without a tool call: go on calling tools until the last story is recorded, and do not stop to report or to ask.
- A permission that is refused is refused for good. Do it in another way inside the worktree, or record why it cannot be done.
- Commits are asked for, without attribution or co-author lines. Tell a builder so.`,
  fileOf: (role) => `.opencode/agents/${role}.md`,
  definedBy: (path) => /^\.opencode\/agents?\/(.+)\.md$/.exec(path)?.[1] ?? null,
  render: (cast) => `${frontMatter(settings(cast))}${cast.role.instructions}`,
  deliver(cast) {
    if (cast.length === 0) return NOTHING;
    const agent = cast.map((one) => [one.role.role, { ...settings(one), prompt: one.role.instructions }]);
    const content = JSON.stringify({ agent: Object.fromEntries(agent) });
    return { args: [], env: { OPENCODE_CONFIG_CONTENT: content }, files: [] };
  },
};

/** Only what a role must not do is named: what is allowed for an agent would undo what the session forbids. */
function settings({ role, model }: CastRole): Record<string, unknown> {
  return {
    description: role.description,
    mode: 'subagent',
    ...(model !== null && { model }),
    ...(readsOnly(role) && { permission: { edit: 'deny' } }),
  };
}

const readsOnly = (role: RoleSource): boolean => role.access === 'reads';
