import * as z from 'zod';
import { prdSchema } from './prd.ts';
import { leadResultSchema, mergerResultSchema, plannerAnswerSchema } from './result.ts';
import type { AgentRole, Tier } from './role-names.ts';
import { builderReportSchema, planSchema, validationSchema } from './roles.ts';
import { validatorAnswerSchema } from './verdict.ts';

/** What a session writes to its result file. */
const CONTRACTS = {
  'team-lead': leadResultSchema,
  builder: leadResultSchema,
  merger: mergerResultSchema,
  'final-validator': validatorAnswerSchema,
  planner: plannerAnswerSchema,
} as const;

/** What a sub-agent says to the one that started it. */
const ANSWERS: Readonly<Record<AgentRole, z.ZodType>> = {
  'epic-planner': planSchema,
  'story-planner': planSchema,
  builder: builderReportSchema,
  'story-validator': validationSchema,
  'epic-validator': validationSchema,
  'final-validator': validatorAnswerSchema,
  merger: mergerResultSchema,
};

export type ContractRole = keyof typeof CONTRACTS;

/** What is told to sessions, as read from prompts/. */
export interface Prompts {
  readonly sessions: Readonly<Record<ContractRole, SessionPrompt>>;
  /** By the name of a built-in backend. Others have nothing of their own. */
  readonly backends: Readonly<Record<string, BackendPrompt>>;
}

export interface SessionPrompt {
  /** With placeholders and conditions, see `renderPrompt`. */
  readonly template: string;
  readonly tier: Tier;
}

export interface BackendPrompt {
  /** Habits of the CLI that a lead has to know or to override, as Markdown. */
  readonly habits: string;
  /** Names of models that the CLI knows by itself. */
  readonly tiers: Readonly<Partial<Record<Tier, string>>>;
}

/** First line of everything that a role is told, so that whoever reads a conversation can tell whose it is. */
export const roleMark = (name: string): string => `<!-- teams-role: ${name} -->`;

/** The contract section of a prompt: generated from the schema that validates the answer, so the two cannot differ. */
export const contractText = (role: ContractRole): string => schemaText(CONTRACTS[role]);

/** The same for a PRD. */
export const prdContract = (): string => schemaText(prdSchema);

/** The same for the answer of a sub-agent. */
export const answerText = (role: AgentRole): string => schemaText(ANSWERS[role]);

function schemaText(type: z.ZodType): string {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io: 'input', target: 'draft-7' });
  return JSON.stringify(schema, null, 1);
}

/** The answer of a role, or a message that says what is wrong with it. */
export function parseAnswer<R extends ContractRole>(
  role: R,
  text: string,
): { readonly answer: z.infer<(typeof CONTRACTS)[R]> } | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { problem: `it is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = CONTRACTS[role].safeParse(json);
  if (parsed.success) return { answer: parsed.data as z.infer<(typeof CONTRACTS)[R]> };
  const issues = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`);
  return { problem: issues.join('; ') };
}
