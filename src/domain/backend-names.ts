/** Agent CLIs with an adapter of ours. The compiler then asks for the backend and the roles of each. */
export const AGENT_CLIS = ['claude', 'codex', 'copilot', 'opencode'] as const;
export type AgentCli = (typeof AGENT_CLIS)[number];

export const isAgentCli = (name: string): name is AgentCli => AGENT_CLIS.some((cli) => cli === name);

/** Backends that need no entry under `backends` to be named. */
export const BUILT_IN_BACKENDS = [...AGENT_CLIS, 'scripted'] as const;
