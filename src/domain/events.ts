import * as z from 'zod';

/**
 * Everything that happens in a run, in the order it happened. The journal is a file of these; state is a fold over
 * them (`evolve`); every view consumes them. Import types only where start-up time matters: the schemas pull in zod.
 */
const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const epicId = z.string().describe('Id in the PRD, or _fix-<round>');
const attempt = z.int().min(1).describe('From 1, per epic');
const reasons = z.array(
  z.object({
    rule: z.string().describe('The broken rule; its name never changes its meaning'),
    text: z.string().describe('A line for people'),
    details: z.string().optional().describe('For the next prompt'),
  }),
);

/** What a run knows of an epic: enough to schedule it and to see whether the PRD was edited since. */
const epicPlan = z.object({
  id: z.string(),
  title: z.string(),
  dependsOn: z.array(z.string()).describe('Only epics of this run; others are part of the start commit'),
  stories: z.array(z.object({ id: z.string(), title: z.string() })),
  hash: z.string().describe('Of the text of the epic that matters to an agent'),
  backend: z.string().describe('Where its sessions run, if it is not paused'),
  carried: z
    .object({ branch: z.string(), head: sha, base: sha, stories: z.record(z.string(), sha) })
    .optional()
    .describe('Unmerged work of an earlier run that this one goes on with'),
});

const usage = z.object({
  inputTokens: z.int().nullable().describe('With what was read from caches; null: the backend does not tell'),
  outputTokens: z.int().nullable().describe('null: the backend does not tell'),
  costUsd: z.number().nullable().describe('null: the backend does not tell'),
});

const budget = z
  .object({ tokens: z.int().nullable(), costUsd: z.number().nullable() })
  .describe('null: no limit');

const role = z.enum(['team-lead', 'final-validator', 'merger', 'builder', 'planner', 'author']);

const checkPlace = z
  .enum(['setup', 'epic', 'candidate', 'final', 'landing'])
  .describe(
    'A new worktree, the branch of an epic, the merged tree, the integration branch before the verdict, what lands',
  );

const pauseKind = z.enum(['rate-limit', 'unavailable', 'auth', 'missing']);

const payloads = [
  z
    .object({
      type: z.literal('run.started'),
      runId: z.string(),
      pid: z.int(),
      project: z.string(),
      prd: z.string().describe('Path from the repository root'),
      base: z
        .object({ ref: z.string().nullable().describe('null: no branch'), commit: sha })
        .describe('Where work starts from'),
      start: sha.describe(
        'First commit of the integration branch: the base, or what an earlier run left unlanded',
      ),
      branch: z.string(),
      goesOnFrom: z.string().nullable().describe('Integration branch of the earlier run'),
      parallel: z.int().describe('Sessions at a time'),
      attempts: z.object({ epic: z.int(), merge: z.int(), final: z.int() }).describe('As configured'),
      failFast: z.boolean(),
      land: z.enum(['leave', 'merge']),
      finalValidation: z.boolean().describe('false: the verdict rests on checks alone'),
      finalBackend: z.string().describe('Of the final validator'),
      budget,
      fallback: z.array(z.string()).describe('Backends that stand in, in this order, for one that is paused'),
      epics: z.array(epicPlan).describe('What the run takes on'),
      prdScope: z
        .object({ total: z.int(), completed: z.array(z.string()) })
        .describe('How many epics the PRD has, and which of them were completed before'),
    })
    .describe('The first line of a run: all that it was started with'),
  z
    .object({
      type: z.literal('run.resumed'),
      pid: z.int(),
      found: z.string().describe('One line: what was there'),
      budget,
      changed: z
        .array(epicPlan)
        .describe('Unmerged epics whose text was edited since; their progress starts again'),
      land: z.enum(['leave', 'merge']).optional().describe('It had passed, and is to land after all'),
    })
    .describe('The run goes on after it was cut off or stalled, or to land after all'),
  z
    .object({ type: z.literal('epic.ready'), epicId })
    .describe('All that the epic depends on is merged: it can be started'),
  z
    .object({
      type: z.literal('epic.blocked'),
      epicId,
      by: z.string().describe('The epic that it waits for'),
      reason: z.string(),
    })
    .describe('The epic cannot be worked on in this run, because one that it depends on was lost'),
  z
    .object({
      type: z.literal('attempt.started'),
      epicId,
      attempt,
      branch: z.string(),
      base: sha.describe('Where the epic branch left the integration branch'),
      head: sha.describe('The epic branch when the attempt began'),
      backend: z.string(),
      todo: z.array(z.string()).describe('Stories still to do'),
    })
    .describe('Work on an epic begins'),
  z
    .object({
      type: z.literal('session.opened'),
      role,
      epicId: epicId.nullable(),
      backend: z.string(),
      sessionId: z.string().describe('What its agent CLI calls it: an interrupted one is gone on with by it'),
      resumed: z.boolean().describe('An interrupted one is gone on with'),
    })
    .describe('An agent CLI has told what it calls a session'),
  z
    .object({
      type: z.literal('session.steered'),
      epicId,
      attempt,
      messageId: z.string(),
      text: z.string().describe('What a person said to the lead while it worked; long ones are cut'),
      read: z.boolean().describe('false: the session ended before the agent read it'),
    })
    .describe('What became of a message of teams steer'),
  z
    .object({
      type: z.literal('backend.paused'),
      backend: z.string(),
      kind: pauseKind,
      until: z.iso.datetime().nullable().describe('null: until a person has done something about it'),
      reason: z.string(),
    })
    .describe('A backend is limited, down, not logged in or not installed: nothing new is started on it'),
  z
    .object({ type: z.literal('backend.ready'), backend: z.string() })
    .describe('The pause of a backend is over'),
  z
    .object({
      type: z.literal('process.started'),
      role: z.union([role, z.literal('check')]),
      epicId: epicId.nullable(),
      pid: z.int(),
      startTime: z
        .string()
        .describe('As the operating system counts it: tells a reused pid from the real one'),
      backend: z.string().nullable().describe('Of a session; null: a check'),
    })
    .describe('A session or a check is a process now'),
  z
    .object({
      type: z.literal('process.ended'),
      pid: z.int(),
      exitCode: z.int().nullable(),
      signal: z.string().nullable(),
      usage: usage.nullable().describe('Of a session; null: it did not tell, or it was a check'),
    })
    .describe('The process of a session or a check has ended'),
  z
    .object({
      type: z.literal('story.updated'),
      epicId,
      attempt,
      storyId: z.string(),
      passes: z.boolean().describe('Proven on the branch of the epic'),
      commit: sha.nullable().describe('That completes it'),
      reason: z.string().nullable(),
    })
    .describe('A story was judged: proven or not'),
  z
    .object({
      type: z.literal('attempt.ended'),
      epicId,
      attempt,
      outcome: z.enum(['passed', 'failed', 'interrupted']),
      reasons,
      head: sha.nullable(),
      usage: usage.nullable(),
    })
    .describe('An attempt is over and judged'),
  z
    .object({
      type: z.literal('check.started'),
      epicId: epicId
        .nullable()
        .describe('null: the work of all epics, before the verdict or before it lands'),
      where: checkPlace,
      command: z.string(),
      log: z.string().describe('Path from the folder of the run'),
    })
    .describe('A setup or verify command begins'),
  z
    .object({
      type: z.literal('check.ended'),
      epicId: epicId.nullable(),
      where: checkPlace,
      command: z.string(),
      log: z.string(),
      exitCode: z.int().nullable().describe('null: killed by a signal or a time limit'),
      durationMs: z.number(),
    })
    .describe('A setup or verify command has ended'),
  z
    .object({
      type: z.literal('merge.started'),
      epicId,
      attempt,
      merge: z.int().describe('One more than the resolutions that were tried'),
      onto: sha.describe('The integration branch'),
      head: sha.describe('The branch of the epic'),
    })
    .describe('Work on an epic passed, and its merge into the integration branch begins'),
  z
    .object({
      type: z.literal('merge.conflicted'),
      epicId,
      kind: z.enum(['conflict', 'check']).describe('check: it fails on the merged tree only'),
      files: z.array(z.string()).describe('With conflicts'),
      reason: z.string(),
    })
    .describe('A merge needs a merger: git found a conflict, or a check failed on the merged tree only'),
  z
    .object({
      type: z.literal('merge.done'),
      epicId,
      attempt,
      commit: sha.describe('The merge commit'),
      by: z.enum(['git', 'merger']).describe('merger: a session resolved it'),
      recovered: z
        .boolean()
        .describe('Found in the branch by recovery: the line was lost, the merge was not'),
    })
    .describe('The work on an epic is in the integration branch'),
  z
    .object({
      type: z.literal('merge.failed'),
      epicId,
      reason: z.string(),
      files: z.array(z.string()),
      branch: z.string().describe('Where the unmerged work is'),
    })
    .describe('The work on an epic could not be merged'),
  z
    .object({
      type: z.literal('merge.interrupted'),
      epicId,
      held: z.boolean().describe('It needs a merger, and the backend of that is paused'),
    })
    .describe('A merge was cut off or put off; it is done again'),
  z
    .object({ type: z.literal('validation.started'), round: z.int(), head: sha.describe('What is judged') })
    .describe('Every epic is merged: the final validation begins'),
  z
    .object({
      type: z.literal('validation.ended'),
      round: z.int(),
      outcome: z
        .enum(['pass', 'fail', 'invalid', 'interrupted'])
        .describe('invalid: there is no answer that could be judged'),
      reasons: z.array(z.string()),
      findings: z
        .array(z.object({ title: z.string(), details: z.string().optional() }))
        .describe('What a builder has to mend'),
    })
    .describe('A round of the final validation has an outcome'),
  z
    .object({ type: z.literal('fix.planned'), round: z.int(), epic: epicPlan })
    .describe('What the final validation found becomes an epic of its own'),
  z
    .object({
      type: z.literal('epic.reset'),
      epicId,
      kept: z.string().nullable().describe('The branch that keeps the unmerged work'),
    })
    .describe('teams reset made the epic pending again'),
  z
    .object({ type: z.literal('run.landed'), branch: z.string(), commit: sha })
    .describe('The integration branch is in the branch that the run started from'),
  z
    .object({
      type: z.literal('run.land-failed'),
      branch: z.string(),
      reason: z.string(),
      fix: z.string(),
      rule: z.string().optional().describe('check-failed, setup-failed: what would have landed is broken'),
    })
    .describe('The integration branch could not be landed'),
  z
    .object({
      type: z.literal('notice'),
      level: z.enum(['info', 'warning']),
      code: z.string().describe('Never changes its meaning'),
      text: z.string(),
    })
    .describe('Something that a person should know; changes nothing'),
  z
    .object({ type: z.literal('stop.requested'), reason: z.enum(['interrupt', 'run-timeout']) })
    .describe('A person or the time limit stops the run'),
  z
    .object({
      type: z.literal('run.ended'),
      outcome: z
        .enum(['passed', 'failed', 'timed-out', 'interrupted', 'stalled', 'superseded'])
        .describe('stalled: no backend can go on before a person has done something'),
      reason: z.string(),
    })
    .describe('The last line, until the run is resumed'),
] as const;

const payloadSchema = z.discriminatedUnion('type', payloads);

const envelope = {
  v: z.literal(1),
  seq: z.int().min(1).describe('From 1, without gaps'),
  at: z.iso.datetime().describe('In UTC'),
};

/** One line of journal.ndjson and of `--json`. */
export const eventSchema = z.discriminatedUnion(
  'type',
  payloads.map((payload) =>
    payload.extend(envelope).describe(payload.description ?? ''),
  ) as never as typeof payloads,
);

export type EventPayload = z.infer<typeof payloadSchema>;
/** `seq` starts at 1 and has no gaps. `at` is ISO 8601 in UTC. */
export type TeamsEvent = EventPayload & { readonly v: 1; readonly seq: number; readonly at: string };
export type EpicPlan = z.infer<typeof epicPlan>;
export type Usage = z.infer<typeof usage>;
export type Role = z.infer<typeof role>;
export type Budget = z.infer<typeof budget>;
export type PauseKind = z.infer<typeof pauseKind>;
/** A broken rule: `rule` is stable and machine-readable, `text` is a line for people, `details` are for the next prompt. */
export interface Reason {
  readonly rule: string;
  readonly text: string;
  readonly details?: string | undefined;
}
export type EventOf<T extends EventPayload['type']> = Extract<EventPayload, { type: T }>;

/** Something a session is doing right now. Shown live, never journaled. */
export interface Activity {
  readonly role: Role;
  readonly epicId: string | null;
  readonly kind: 'message' | 'tool' | 'file' | 'agent';
  readonly text: string;
}
