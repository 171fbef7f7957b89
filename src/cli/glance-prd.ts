import { readIfThere } from '../adapters/there.ts';
import type { PlannedText } from '../engine/agreed-plan.ts';
import type { PrdEpic } from '../report/status.ts';

export interface PrdGlance {
  readonly project: string;
  readonly epics: readonly PrdEpic[];
  /** Open epics that are called planned. */
  readonly planned: readonly (PlannedText & { readonly id: string; readonly planned: true })[];
}

/**
 * What a PRD says, without judging it: `status` has to be fast and to show something of a file that `validate` would
 * refuse. Null when it cannot be read as JSON.
 */
export async function glancePrd(path: string): Promise<PrdGlance | null> {
  let value: unknown;
  try {
    value = JSON.parse(((await readIfThere(path)) ?? '').replace(/^\ufeff/, ''));
  } catch {
    // Missing or broken: the caller says what can be shown without it, `teams validate` says what is wrong.
    return null;
  }
  if (!isRecord(value) || !Array.isArray(value['epics'])) return null;
  const epics = value['epics'].filter(isRecord);
  return {
    project: textOf(value['project']) ?? 'unnamed',
    epics: epics.map(glanceEpic),
    planned: epics
      .filter((epic) => epic['planned'] === true && epic['status'] !== 'completed')
      .map(({ id, title, description, userStories }) => ({
        id: textOf(id) ?? '?',
        planned: true,
        title,
        description,
        userStories: Array.isArray(userStories) ? userStories.filter(isRecord) : [],
      })),
  };
}

function glanceEpic(epic: Record<string, unknown>): PrdEpic {
  const stories = Array.isArray(epic['userStories']) ? epic['userStories'].filter(isRecord) : [];
  const dependsOn = Array.isArray(epic['dependsOn']) ? epic['dependsOn'] : [];
  return {
    id: textOf(epic['id']) ?? '?',
    title: textOf(epic['title']) ?? '',
    status: textOf(epic['status']) ?? 'pending',
    dependsOn: dependsOn.filter((id) => typeof id === 'string'),
    stories: { done: stories.filter((story) => story['passes'] === true).length, total: stories.length },
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
