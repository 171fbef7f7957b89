import { join } from 'node:path';
import { tomlString } from '../toml.ts';
import type { RoleCli } from './role-cli.ts';

export const codexRoles: RoleCli = {
  tiers: {},
  habits: `- This CLI tells you not to start sub-agents unless you are asked: you are asked to, for every story. If no tool for it is listed, look for \`spawn_agent\` with the tool search. The role is the \`agent_type\`; give a task of its own instead of a fork of your history.
- Your session ends with your turn, and that aborts every sub-agent that still runs, without an error. After each \`spawn_agent\` wait until that agent is completed or errored, wait again when the waiting times out, then close it. Never end your turn before.
- A sub-agent that failed is only marked \`errored\`: look at its state, not at whether the tool worked.
- Sub-agents have your rights, also those that are to change nothing: after a validator compare HEAD and \`git status\` with what they were before.
- Commits are asked for. The network may be closed; then use what is installed.`,
  fileOf: (role) => `.codex/agents/${role}.toml`,
  definedBy: (path) => /^\.codex\/agents\/(?:.*\/)?([^/]+)\.toml$/.exec(path)?.[1] ?? null,
  // One key that the CLI does not know, and the role is gone. Tools cannot be limited per role.
  render: ({ role, model }) =>
    [
      `name = ${tomlString(role.role)}`,
      `description = ${tomlString(role.description)}`,
      ...(model === null ? [] : [`model = ${tomlString(model)}`]),
      `developer_instructions = """\n${role.instructions.replace(/\\/g, '\\\\').replace(/"""/g, '""\\"')}"""\n`,
    ].join('\n'),
  /** By configuration keys: a home of its own would lack the login and the settings of the person. */
  deliver(cast, sessionHome) {
    const files = cast.map((one) => ({
      path: `codex/agents/${one.role.role}.toml`,
      content: codexRoles.render(one),
    }));
    return {
      args: cast.flatMap(({ role }, index) => [
        '-c',
        `agents.${role.role}.config_file=${tomlString(join(sessionHome, files[index]?.path ?? ''))}`,
      ]),
      env: {},
      files,
    };
  },
};
