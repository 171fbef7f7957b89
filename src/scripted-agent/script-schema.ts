import * as z from 'zod';

const text = z.string();
const files = z.record(z.string().min(1), text);
const paths = z.array(z.string().min(1)).min(1);
const argv = z.array(z.string()).min(1);
const storyId = z.string().min(1).describe('A story id, or "each": every story that is still to do');
const bytes = z.int().min(0).max(4_000_000_000);
const duration = z
  .union([z.number().min(0), z.string().regex(/^\d+(\.\d+)?(ms|s|m)$/)])
  .describe('Milliseconds as a number, or 200ms, 1.5s, 2m');
const name = z.string().regex(/^[a-z][A-Za-z0-9]*$/);
const passFail = z.enum(['pass', 'fail']);

/** Every step by its verb: the key that says what it is. In the strings {epic} {story} {attempt} {worktree} {root} are replaced. */
export const STEPS = {
  write: z
    .strictObject({ write: files.describe('Content by path; absolute paths leave the worktree') })
    .describe('Writes files; they are not committed'),
  append: z
    .strictObject({ append: files.describe('Adds text to files, unless they contain it already') })
    .describe('Adds text to files; it is not committed'),
  delete: z.strictObject({ delete: paths }).describe('Deletes files and folders'),
  run: z
    .strictObject({ run: argv, mayFail: z.boolean().optional() })
    .describe('Runs a program in the worktree, without a shell'),
  sleep: z.strictObject({ sleep: duration }).describe('Waits'),
  story: z
    .strictObject({
      story: storyId,
      title: text.optional().describe('Instead of the title in the PRD'),
      sleep: duration.optional(),
      write: files.optional(),
      append: files.optional(),
      delete: paths.optional(),
      run: argv.optional(),
    })
    .describe(
      'The normal unit: change files, commit as "<epic> <story>: <title>", pass the story in the result',
    ),
  pass: z
    .strictObject({
      pass: storyId,
      commit: text
        .optional()
        .describe('Any revision, or "none"; default: HEAD. What git does not know is claimed as it is'),
    })
    .describe('Reports a story as passed'),
  fail: z.strictObject({ fail: storyId, reason: text.optional() }).describe('Reports a story as failed'),
  lie: z.strictObject({ lie: storyId }).describe('Claims a pass without a commit'),
  commit: z
    .strictObject({ commit: text.describe('Message'), empty: z.boolean().optional() })
    .describe('Commits everything; with empty also nothing'),
  resolve: z
    .strictObject({
      resolve: z.union([z.enum(['union', 'ours', 'theirs']), files]),
      details: text.optional(),
    })
    .describe('Merger: resolves the conflicts, commits, and reports that it did'),
  verdict: z
    .strictObject({
      verdict: z.union([passFail, z.record(z.string(), z.unknown()).describe('The whole answer, as it is')]),
      tests: z.enum(['pass', 'fail', 'na']).optional(),
      summary: text.optional(),
      findings: z.array(z.record(z.string(), z.unknown())).optional(),
      coverage: z.array(z.record(z.string(), z.unknown())).optional(),
    })
    .describe('Final validator: writes the verdict'),
  say: z.strictObject({ say: text }).describe('Tells what it does'),
  ask: z
    .strictObject({
      ask: text,
      as: name.describe('From here on {name} is the answer'),
      otherwise: text.optional().describe('The answer where nobody can be asked; default: nothing'),
    })
    .describe('A question to the person, in an interactive session; the answer is one line'),
  listen: z
    .strictObject({ listen: name.describe('From here on {name} is what they said') })
    .describe('Waits for the next message of the person: teams steer'),
  result: z.strictObject({
    result: z.record(z.string(), z.unknown()).describe('The whole result file, answers filled in'),
  }),
  activity: z
    .strictObject({
      activity: z.strictObject({ kind: z.enum(['tool', 'message', 'file', 'agent']), text }),
    })
    .describe('Tells what it does, as a tool, a message, a file or an agent'),
  usage: z
    .strictObject({
      usage: z.strictObject({
        inputTokens: z.int().min(0).optional(),
        outputTokens: z.int().min(0).optional(),
        costUsd: z.number().min(0).optional(),
      }),
    })
    .describe('Tells what was spent since the last time'),
  trouble: z
    .strictObject({
      trouble: z.enum(['auth', 'rate-limit', 'unavailable', 'context', 'refused', 'other']),
      resetsIn: duration.optional(),
      attempts: z
        .int()
        .min(1)
        .optional()
        .describe('Only in the first so many attempts, interrupted ones too'),
    })
    .describe('Tells that it cannot work, and exits with 1'),
  refuseResume: z
    .strictObject({ refuseResume: z.literal(true) })
    .describe('First step: a session that was cut off cannot be gone on with'),
  hang: z.strictObject({ hang: z.literal(true).describe('Does nothing until it is ended') }),
  flood: z
    .strictObject({ flood: bytes, to: z.enum(['stdout', 'stderr']).optional() })
    .describe('Writes lines of text'),
  spawn: z
    .strictObject({ spawn: z.enum(['group', 'detached']), ignoreSigterm: z.boolean().optional() })
    .describe(
      'Leaves a grandchild behind that holds stdout open: in the process group, or in a session of its own',
    ),
  ignoreSigterm: z.strictObject({ ignoreSigterm: z.literal(true) }).describe('From here on'),
  corruptResult: z.strictObject({ corruptResult: text.describe('The raw text of the result file') }),
  hugeResult: z.strictObject({ hugeResult: bytes }).describe('The result with that many bytes beside it'),
  foreignResult: z.strictObject({
    foreignResult: text.describe('Id of another epic that the result claims to be for'),
  }),
  exit: z.strictObject({ exit: z.int().min(0).max(255) }).describe('Ends at once, with this code'),
} as const;

type Steps = { [Verb in keyof typeof STEPS]: z.infer<(typeof STEPS)[Verb]> };
export type Step = Steps[keyof Steps];
export type StepOf<Verb extends keyof Steps> = Steps[Verb];

// Ids keep the JSON Schema small: each definition is written once.
const step = z.union(Object.values(STEPS)).meta({ id: 'step' });
const plan = z
  .union([z.array(step), z.record(z.string().regex(/^[1-9]\d*$/), z.array(step))])
  .describe(
    'Steps, or steps by attempt number; an attempt without an entry does what the last one before it did',
  );
const role = z
  .strictObject({
    default: plan.optional(),
    epics: z.record(z.string(), plan).optional().describe('By epic id'),
  })
  .meta({ id: 'role' });

/** What a scripted agent does. Anything that is left out is done in a sensible way. */
export const scriptSchema = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1).optional(),
  'team-lead': role.optional(),
  builder: role.optional(),
  merger: role.optional(),
  'final-validator': role.optional(),
  planner: role.optional(),
  author: role.optional(),
});

export type Script = z.infer<typeof scriptSchema>;
export type Plan = z.infer<typeof plan>;
