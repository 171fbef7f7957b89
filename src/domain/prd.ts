import * as z from 'zod';
import { pinnedModels } from './pinned-models.ts';

/** Safe as a file name and as a part of a git ref; a leading dash or dot is impossible. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What the pattern lets through but git refuses in a ref, or file systems treat in a special way. */
export function isSafeId(id: string): boolean {
  return ID_PATTERN.test(id) && !id.includes('..') && !id.endsWith('.') && !/\.lock$/i.test(id);
}

export const EPIC_STATUSES = ['pending', 'completed', 'partial', 'failed', 'merge-failed'] as const;

/** A story count above this is a warning: more than that overfills the context of one lead. */
export const STORIES_PER_EPIC = 5;

const id = z
  .string()
  .regex(ID_PATTERN)
  .refine(isSafeId, 'not usable as part of a git branch name')
  .describe(
    'Letters, digits, ".", "_" and "-", at most 64, starting with a letter or digit; unique without regard to case',
  );

export const storySchema = z.looseObject({
  id,
  title: z.string().min(1).describe('The story in a few words'),
  description: z.string().default('').describe('As a …, I want …, so that …'),
  acceptanceCriteria: z
    .array(z.string().min(1))
    .min(1)
    .describe('What has to be true for the story to count as done'),
  priority: z.int().default(1).describe('Stories of an epic are worked on in this order, lowest first'),
  passes: z.boolean().default(false).describe('Written by teams: proven on the epic branch'),
  failureReason: z
    .string()
    .nullable()
    .default(null)
    .describe('Written by teams: why the last attempt failed'),
  source: z.string().optional().describe('Where the story came from: a URL, or a file and a place in it'),
});

export const epicSchema = z.looseObject({
  id,
  title: z.string().min(1).describe('The epic in a few words'),
  description: z.string().default('').describe('What a lead should know that no story says'),
  status: z.enum(EPIC_STATUSES).default('pending').describe('Written by teams'),
  planned: z.boolean().default(false).describe('An implementation plan was agreed and stored'),
  dependsOn: z
    .array(z.string())
    .default([])
    .describe('Ids of epics that have to be merged before this one starts'),
  userStories: z
    .array(storySchema)
    .min(1)
    .describe(`At most about ${STORIES_PER_EPIC}: more overfill the context of one lead`),
  verify: z
    .array(z.string().min(1))
    .optional()
    .describe('Check commands for this epic, beside those of the configuration'),
  backend: z.string().min(1).optional().describe('The backend for this epic, instead of the configured one'),
  models: pinnedModels.optional().describe('Model per role, for this epic, as in the configuration'),
  labels: z.array(z.string()).optional().describe('Words of your own; teams keeps them'),
  source: z.string().optional().describe('Where the epic came from: a URL, or a file and a place in it'),
  approval: z
    .enum(['always'])
    .optional()
    .describe(
      'A wish that a person approves the merge. A run cannot ask, so it refuses an epic with this key',
    ),
});

export const prdSchema = z.looseObject({
  $schema: z.string().optional(),
  project: z.string().min(1).describe('The name of what is built'),
  branchName: z
    .string()
    .min(1)
    .optional()
    .describe('The branch that work starts from; default: the current one'),
  description: z.string().default('').describe('What it is for, in a sentence or two'),
  epics: z.array(epicSchema).min(1).describe('The units that are scheduled, isolated and merged'),
});

export type Prd = z.infer<typeof prdSchema>;
export type Epic = z.infer<typeof epicSchema>;
export type EpicStatus = (typeof EPIC_STATUSES)[number];
