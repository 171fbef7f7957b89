import { createHash } from 'node:crypto';
import { parsePlan } from '../domain/agreed-plan.ts';
import type { RunContext } from './run-context.ts';
import { planCopy } from './run-layout.ts';

/** What a planner sees of an epic; also of one that nobody has validated. */
export interface PlannedText {
  readonly title?: unknown;
  readonly description?: unknown;
  readonly userStories?: readonly {
    readonly id?: unknown;
    readonly title?: unknown;
    readonly description?: unknown;
    readonly acceptanceCriteria?: unknown;
  }[];
}

/** What a plan is about: other fields, and the order of the stories in the file, may change without making it wrong. */
export function planHash({ title, description = '', userStories = [] }: PlannedText): string {
  const stories = userStories
    .map((story) => [story.id, story.title, story.description ?? '', story.acceptanceCriteria])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([title, description, stories]))
    .digest('hex')
    .slice(0, 16);
}

/** Path of the plan that the lead of an epic has to follow; null when there is none that fits the epic as it is. */
export async function agreedPlanOf(ctx: RunContext, epicId: string): Promise<string | null> {
  const file = await ctx.ports.files.read(planCopy(epicId));
  if (file === null || parsePlan(file)?.hash !== planHash(ctx.epicText(epicId))) return null;
  return ctx.ports.files.path(planCopy(epicId));
}
