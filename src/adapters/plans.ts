import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type AgreedPlan, PLAN_LIMIT, renderPlan } from '../domain/agreed-plan.ts';
import { writeAtomically } from './atomic-write.ts';
import { storing } from './storage-error.ts';
import { readUntrusted } from './untrusted.ts';

/** Where runs look for the agreed plan of an epic. An id that nobody has validated leads nowhere else. */
export const planFile = (teams: string, epicId: string): string =>
  join(teams, 'plans', `${basename(epicId)}.md`);

/** The file of a plan; null when there is none. What cannot be read has no head, and so is no plan. */
export async function readPlan(teams: string, epicId: string): Promise<string | null> {
  // A character has at most three bytes per UTF-16 unit.
  const read = await readUntrusted(planFile(teams, epicId), PLAN_LIMIT * 3 + 1_000);
  if (read === null) return null;
  return 'text' in read ? read.text : '';
}

/** Throws `StorageError`. */
export async function storePlan(teams: string, plan: AgreedPlan): Promise<void> {
  const folder = join(teams, 'plans');
  await storing(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }));
  await writeAtomically(planFile(teams, plan.epicId), renderPlan(plan), { durable: true });
}
