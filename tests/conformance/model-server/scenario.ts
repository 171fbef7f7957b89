import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

const text = z.string();
const ms = z.int().min(0);
const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);

/** What goes wrong instead of an answer, or on the way to it. Exactly one of the keys before `times` says what. */
export const faultSchema = z.strictObject({
  status: z
    .int()
    .min(400)
    .max(599)
    .optional()
    .describe('HTTP status with an error body in the form of the provider'),
  limit: z
    .strictObject({ resetsIn: z.int().min(0).describe('Seconds from now') })
    .optional()
    .describe('The usage limit of the account, with the time of its reset as each provider tells it'),
  drop: z
    .enum(['before', 'midway'])
    .optional()
    .describe('Ends the connection without an answer, or in the middle of the stream'),
  hang: z.literal(true).optional().describe('Takes the request and never answers'),
  message: text.optional().describe('With status: the words of the error'),
  retryAfter: z.int().min(0).optional().describe('With status: seconds, in the header'),
  headers: z.record(text, text).optional().describe('With status'),
  body: z.unknown().optional().describe('With status: the whole body instead of the usual one'),
  times: z
    .int()
    .min(1)
    .optional()
    .describe('Requests for this turn that it hits, then the turn is played; default: all'),
});
export type Fault = z.infer<typeof faultSchema>;

const spawnSchema = z.strictObject({
  role: text.describe('Name of the role'),
  story: text.optional().describe('Becomes {story} in the conversation of the sub-agent'),
  prompt: text,
  wait: z
    .boolean()
    .optional()
    .describe('Default true; false: goes on while the sub-agent works, where a CLI can'),
});
export type Spawn = z.infer<typeof spawnSchema>;

/** One answer of the model. Without a call it ends the turn of the agent. */
const turnSchema = z.strictObject({
  say: text.optional(),
  shell: oneOrMore(text)
    .optional()
    .describe('Commands for the shell tool of the CLI, each a call of its own'),
  result: z
    .record(text, z.unknown())
    .optional()
    .describe(
      'Writes this JSON to {result} with the shell tool, by rename; $(…) in its strings is expanded by the shell',
    ),
  spawn: oneOrMore(spawnSchema).optional().describe('Sub-agents, at the same time if there are several'),
  tool: z
    .strictObject({ name: text, input: z.record(text, z.unknown()) })
    .optional()
    .describe('A tool by its own name, for what only one CLI has'),
  usage: z.strictObject({ input: z.int().min(0), output: z.int().min(0) }).optional(),
  delay: ms.optional().describe('Milliseconds before the answer begins'),
  after: text.optional().describe('The answer begins once this file exists'),
  drip: ms.optional().describe('Milliseconds between the events of the stream'),
  fault: faultSchema.optional(),
});
export type Turn = z.infer<typeof turnSchema>;

const caseSchema = z.strictObject({
  when: z
    .strictObject({
      epic: text.optional(),
      story: text.optional(),
      attempt: z.int().optional(),
      says: text
        .optional()
        .describe('Words of a message of the user; turns are counted from the last message that has them'),
    })
    .optional(),
  turns: z
    .array(turnSchema)
    .min(1)
    .describe('By the number of answers already given; the last one repeats its words'),
});
export type Case = z.infer<typeof caseSchema>;

export const scenarioSchema = z.strictObject({
  description: text,
  roles: z
    .record(
      text,
      z.union([z.array(turnSchema).min(1), z.strictObject({ cases: z.array(caseSchema).min(1) })]),
    )
    .describe('Turns of each role, or cases of which the first that fits is played'),
  faults: z
    .array(faultSchema.extend({ role: text.optional(), turn: z.int().min(0).optional() }))
    .optional()
    .describe('Faults that hit any role and turn unless they name one'),
});
export type Scenario = z.infer<typeof scenarioSchema>;

/** Reads a scenario from YAML or JSON; throws with all that is wrong in it. */
export function loadScenario(path: string): Scenario {
  const checked = scenarioSchema.safeParse(parse(readFileSync(path, 'utf8')));
  if (!checked.success) throw new Error(`${path}:\n${z.prettifyError(checked.error)}`);
  return checked.data;
}
