import { join } from 'node:path';
import { frontMatter, NOTHING, type RoleCli } from './role-cli.ts';

/** Also the files of Claude: the CLI reads both. */
const DEFINES = /^(?:\.github|\.claude)\/agents\/(?:.*\/)?([^/]+?)(?:\.agent)?\.md$/;

export const copilotRoles: RoleCli = {
  tiers: {},
  habits: `- Sub-agents are started with the \`task\` tool, with the role as \`agent_type\` and mode \`sync\`.
- Sub-agents do not get AGENTS.md: put into their task what it says about the code that they touch.
- A command that is denied is denied for good: nobody can be asked. Do it in another way inside the worktree, or record why it cannot be done.
- Commits are asked for, without attribution or co-author lines. Tell a builder so.`,
  fileOf: (role) => `.github/agents/${role}.agent.md`,
  definedBy: (path) => DEFINES.exec(path)?.[1] ?? null,
  render: ({ role, model }) =>
    `${frontMatter({ name: role.role, description: role.description, tools: role.tools, model })}${role.instructions}`,
  /** By a folder that is added: a home of its own would lack the login of the person. */
  deliver(cast, sessionHome) {
    if (cast.length === 0) return NOTHING;
    const files = cast.map((one) => ({
      path: `copilot/${copilotRoles.fileOf(one.role.role)}`,
      content: copilotRoles.render(one),
    }));
    return { args: ['--add-dir', join(sessionHome, 'copilot')], env: {}, files };
  },
};
