import * as z from 'zod';
import { PLAN_LIMIT } from './agreed-plan.ts';

/** Larger files are not read: an honest result is a few kilobytes. In bytes. */
export const RESULT_LIMIT = 1_000_000;

export const leadResultSchema = z.object({
  epicId: z.string().describe('The id of the epic you were given'),
  stories: z
    .record(
      z.string(),
      z.object({
        passes: z.boolean().describe('true only if every acceptance criterion holds in the commit below'),
        failureReason: z
          .string()
          .max(4000)
          .nullable()
          .default(null)
          .describe('Why it does not pass; null when it does'),
        commit: z
          .string()
          .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
          .nullable()
          .optional()
          .describe(
            'Full id of the commit on your branch that completes the story; needed when passes is true',
          ),
      }),
    )
    .describe('One entry per story you attempted, by story id'),
  notes: z.string().max(20_000).optional(),
});

export const mergerResultSchema = z.object({
  resolved: z
    .boolean()
    .describe('true only if the worktree is committed, clean and free of conflict markers'),
  details: z.string().max(20_000).optional(),
});

export const plannerAnswerSchema = z.object({
  epicId: z.string().describe('The id of the epic you were given'),
  plan: z.string().min(1).max(PLAN_LIMIT).describe('The plan as Markdown'),
});

export type LeadResult = z.infer<typeof leadResultSchema>;
