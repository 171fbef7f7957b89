import * as z from 'zod';

const passFail = z.enum(['pass', 'fail']);

/** What a final validator writes. Only the compatible minimum is required of it. */
export const validatorAnswerSchema = z.object({
  phase: z.literal('final-validation'),
  verdict: passFail,
  tests: z.enum(['pass', 'fail', 'na']).describe('na: the project has no tests'),
  browser_check: z
    .enum(['pass', 'fail', 'na'])
    .describe('na: there is nothing to look at in a browser, or no browser'),
  timestamp: z.iso.datetime({ offset: true }),
  summary: z.string().max(20_000).optional(),
  coverage: z
    .array(
      z.object({
        epicId: z.string(),
        storyId: z.string(),
        verdict: passFail,
        evidence: z
          .string()
          .max(4000)
          .optional()
          .describe('What shows it: a test, a file, a command and its output'),
      }),
    )
    .max(20_000)
    .optional()
    .describe('One entry per story of the PRD'),
  findings: z
    .array(
      z.object({
        severity: z.enum(['blocker', 'major', 'minor']).describe('A pass can have minor ones only'),
        title: z.string().min(1).max(300),
        details: z.string().max(4000).optional(),
        epicId: z.string().optional(),
        storyId: z.string().optional(),
      }),
    )
    .max(200)
    .optional()
    .describe('What has to be mended; needed when the verdict is fail'),
});

const source = z.enum(['teams', 'final-validator']);

/** What `teams` stores as verdict.json: the answer, cross-checked, with the evidence that `teams` has itself. */
export const verdictSchema = z.object({
  v: z.literal(1),
  phase: z.literal('final-validation'),
  verdict: passFail,
  tests: z.enum(['pass', 'fail', 'na']).describe('na: the project has no tests'),
  browser_check: z
    .enum(['pass', 'fail', 'na'])
    .describe('na: there is nothing to look at in a browser, or no browser'),
  timestamp: z.iso.datetime({ offset: true }),
  runId: z.string(),
  round: z.int().describe('Of the final validation, from 1'),
  range: z
    .object({ from: z.string(), to: z.string() })
    .describe('Commits: base (exclusive) to integration head'),
  reasons: z.array(z.string()).describe('Why the verdict is fail; empty when it is pass'),
  contradictions: z.array(z.string()).describe('Statements that the evidence of teams disproves'),
  summary: z.string().optional(),
  checks: z.array(
    z.object({
      command: z.string(),
      exitCode: z.int().nullable().describe('null: killed by a signal or a time limit'),
      durationMs: z.number(),
      log: z.string().describe('Path from the folder of the run'),
      source: source.describe('Who ran it'),
    }),
  ),
  coverage: z.array(
    z.object({
      epicId: z.string(),
      storyId: z.string(),
      title: z.string(),
      commit: z.string().nullable().describe('That completes the story; null: none is known'),
      proven: z.boolean().describe('Its commit is in the integration branch'),
      verdict: z.enum(['pass', 'fail', 'not-judged']).describe('Of the final validator'),
      evidence: z.string().optional(),
      source,
    }),
  ),
  findings: validatorAnswerSchema.shape.findings.unwrap(),
  source: source.describe('Who judged: the validator session, or teams alone when there is none'),
});

export type ValidatorAnswer = z.infer<typeof validatorAnswerSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type Finding = Verdict['findings'][number];
