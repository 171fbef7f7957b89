import { join } from 'node:path';
import { writeAtomically } from '../../adapters/atomic-write.ts';
import { secretsOf } from '../../adapters/secrets.ts';
import { readUntrusted } from '../../adapters/untrusted.ts';
import type { Config } from '../../domain/config.ts';
import { parseAnswer, type Prompts } from '../../domain/contract-text.ts';
import type { Epic, Prd } from '../../domain/prd.ts';
import { clip, printable } from '../../domain/printable.ts';
import { RESULT_LIMIT } from '../../domain/result.ts';
import { modelFor } from '../../domain/roles.ts';
import { leadBackend } from '../../engine/plan-epic.ts';
import { commandsText, renderPrompt, storiesText } from '../../engine/prompts.ts';
import type { AuthoringSession } from '../authoring/session.ts';

/** One call of `teams plan`. */
export interface Planning {
  readonly id: string;
  /** Of what its sessions get and say. */
  readonly folder: string;
  readonly config: Config;
  readonly prd: Prd;
  readonly prompts: Prompts;
  /** What the work would begin with. */
  readonly base: string;
}

/** Sessions read a copy of the PRD, beside their folders. */
export const copyPrd = ({ folder, prd }: Planning): Promise<void> =>
  writeAtomically(join(folder, 'prd.json'), JSON.stringify(prd, null, 1));

/** The session that plans an epic. `place`: where it works, and whether a person talks to it. */
export function planSession(
  planning: Planning,
  epic: Epic,
  place: { readonly worktree: string; readonly interactive: boolean },
): AuthoringSession {
  const { config, prd, prompts, base } = planning;
  const folder = join(planning.folder, 'epics', epic.id);
  const prdFile = join(planning.folder, 'prd.json');
  const models = { ...config.models, ...epic.models };
  const prompt = renderPrompt(prompts, 'planner', {
    interactive: place.interactive ? 'yes' : 'no',
    epicId: epic.id,
    title: epic.title,
    description: epic.description || 'It has no description beside its stories.',
    stories: storiesText(
      epic,
      epic.userStories.map((story) => story.id),
    ),
    dependencies: dependenciesText(epic, prd),
    worktree: place.worktree,
    base,
    input: join(folder, 'input.json'),
    prd: prdFile,
    result: join(folder, RESULT),
    setup: commandsText(config.setup),
    verify: commandsText([...config.verify, ...(epic.verify ?? [])]),
  });
  return {
    role: 'planner',
    id: planning.id,
    epicId: epic.id,
    folder,
    backend: planningBackend(epic, config),
    model: modelFor({ role: 'epic-planner', model: prompts.sessions.planner.tier }, models),
    models,
    prompt,
    input: { epic, base },
    prdFile,
    resultName: RESULT,
  };
}

/** Whoever leads the work plans it. */
export const planningBackend = (epic: Epic, config: Config): string => epic.backend ?? leadBackend(config);

const RESULT = 'plan.json';

function dependenciesText(epic: Epic, prd: Prd): string {
  const before = prd.epics.filter(({ id, status }) => epic.dependsOn.includes(id) && status !== 'completed');
  return before.length === 0
    ? 'Nothing that is not there yet.'
    : before.map(({ id, title }) => `- ${id}: ${title}`).join('\n');
}

/** The plan as Markdown that can be shown, or why there is none. */
export type PlanEnd = { readonly plan: string } | { readonly failed: string };

/** What a session wrote, read without trusting it. */
export async function planIn({ config }: Planning, { folder, epicId }: AuthoringSession): Promise<PlanEnd> {
  const read = await readUntrusted(join(folder, RESULT), RESULT_LIMIT);
  if (read === null) return { failed: 'the session wrote no plan' };
  if ('refused' in read) return { failed: `the file of the plan is refused: ${read.refused}` };
  const parsed = parseAnswer('planner', read.text);
  if ('problem' in parsed) return { failed: `the file of the plan breaks the contract: ${parsed.problem}` };
  const { answer } = parsed;
  if (answer.epicId !== epicId) {
    return { failed: `the plan is for ${clip(printable(answer.epicId), 70)}, not for ${epicId}` };
  }
  const plan = secretsOf(config).text(printable(answer.plan, { multiline: true }).trim());
  return plan === '' ? { failed: 'the plan is empty' } : { plan };
}
