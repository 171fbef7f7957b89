import * as z from 'zod';
import type { Config } from './config.ts';
import { AGENT_ROLES, type AgentRole, camelCase, TIERS } from './role-names.ts';

/** The front matter of a prompt. */
export const roleHeadSchema = z.strictObject({
  role: z.enum([...AGENT_ROLES, 'team-lead']),
  // One line without control characters: it goes into the front matter of four formats.
  description: z.string().regex(/^[ -~]{1,300}$/),
  tools: z.array(z.enum(['read', 'search', 'edit', 'execute', 'agent'])).min(1),
  model: z.enum(TIERS),
  access: z.enum(['writes', 'reads']),
});

export type RoleHead = z.infer<typeof roleHeadSchema>;

/** A role as every CLI gets it. */
export interface RoleSource extends RoleHead {
  readonly role: AgentRole;
  /** Markdown: the mark, the instructions and the contract of the answer. */
  readonly instructions: string;
}

export type Models = Readonly<Record<string, string>>;

/**
 * The model that the configuration pins for a role: under its name (`team-lead` or `teamLead`), else under its tier.
 * Null: none, the CLI chooses.
 */
export function modelFor(
  { role, model: tier }: Pick<RoleHead, 'model'> & { readonly role: string },
  models: Models,
): string | null {
  return pinnedModel(role, models) ?? own(models, tier);
}

export const pinnedModel = (role: string, models: Models): string | null =>
  own(models, role) ?? own(models, camelCase(role));

const own = (models: Models, key: string): string | null =>
  Object.hasOwn(models, key) ? (models[key] ?? null) : null;

/** The sub-agents that a lead may start under this configuration. */
export function teamOf({
  planning,
  validation,
}: Pick<Config, 'planning' | 'validation'>): readonly AgentRole[] {
  const wanted: readonly (readonly [AgentRole, boolean])[] = [
    ['epic-planner', planning.epic !== 'never'],
    ['story-planner', planning.story !== 'never'],
    ['builder', true],
    ['story-validator', validation.story !== 'never'],
    ['epic-validator', validation.epic !== 'never'],
  ];
  return wanted.filter(([, is]) => is).map(([role]) => role);
}

const commit = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);

/** What a planner answers its lead. */
export const planSchema = z.object({
  stories: z
    .array(
      z.object({
        storyId: z.string(),
        steps: z.array(z.string()).describe('What to change, in order, with the files'),
        tests: z.array(z.string()).describe('The tests that will show each criterion'),
        difficulty: z.enum(TIERS),
      }),
    )
    .describe('In the order in which to build them'),
  risks: z.array(z.string()).optional().describe('What may go wrong, and what the PRD leaves open'),
});

/** What a builder answers its lead. */
export const builderReportSchema = z.object({
  storyId: z.string(),
  commit: commit
    .nullable()
    .describe('Full id of the commit that completes the story; null when there is none'),
  problem: z.string().nullable().describe('What keeps it from being complete; null when nothing does'),
  checks: z.array(z.object({ command: z.string(), exitCode: z.int() })).describe('Run on that commit'),
});

/** What a story validator or an epic validator answers its lead. */
export const validationSchema = z.object({
  commit: commit.describe('The commit that was judged'),
  verdict: z
    .enum(['pass', 'fail'])
    .describe('pass: every criterion holds and no blocker or major finding is open'),
  criteria: z.array(
    z.object({
      storyId: z.string(),
      criterion: z.string(),
      holds: z.boolean(),
      evidence: z.string().describe('A test, a file and line, a command and its output'),
    }),
  ),
  findings: z
    .array(
      z.object({
        id: z.string().describe('Kept from the list that you were given; new ones are numbered on'),
        storyId: z.string(),
        severity: z.enum(['blocker', 'major', 'minor']),
        state: z.enum(['open', 'fixed', 'rejected']),
        title: z.string(),
        details: z.string().optional().describe('How to see it; why it is rejected'),
      }),
    )
    .describe('All of the list that you were given, and the new ones'),
});
