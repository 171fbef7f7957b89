/** The roles that sub-agents and sessions play; each has one source in prompts/agents/. */
export const AGENT_ROLES = [
  'epic-planner',
  'story-planner',
  'builder',
  'story-validator',
  'epic-validator',
  'final-validator',
  'merger',
] as const;

export type AgentRole = (typeof AGENT_ROLES)[number];

/** How demanding the work is. Which model that means is up to the configuration and the CLI. */
export const TIERS = ['small', 'medium', 'large'] as const;

export type Tier = (typeof TIERS)[number];

export const camelCase = (role: string): string =>
  role.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const PINNABLE = ['team-lead', ...AGENT_ROLES, 'author'];

/** What a model can be pinned for, as the documentation spells it. */
export const DOCUMENTED_MODEL_KEYS = [...PINNABLE.map(camelCase), ...TIERS];

/** The same, with the names that roles have elsewhere. */
export const MODEL_KEYS = [...new Set([...DOCUMENTED_MODEL_KEYS, ...PINNABLE])];
