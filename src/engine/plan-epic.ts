import { createHash } from 'node:crypto';
import type { Config } from '../domain/config.ts';
import type { EpicPlan } from '../domain/events.ts';
import type { Epic } from '../domain/prd.ts';

export const leadBackend = ({ backend, backendFor }: Config): string => backendFor.teamLead ?? backend;
export const finalBackend = ({ backend, backendFor }: Config): string => backendFor.finalValidator ?? backend;

/** What a run keeps of an epic. The hash covers what an agent or a check would see, so a new status changes nothing. */
export function planEpic(epic: Epic, config: Config): EpicPlan {
  const text = [
    epic.title,
    epic.description,
    epic.dependsOn,
    epic.verify,
    epic.userStories.map((story) => [
      story.id,
      story.title,
      story.description,
      story.acceptanceCriteria,
      story.priority,
    ]),
  ];
  return {
    id: epic.id,
    title: epic.title,
    dependsOn: epic.dependsOn,
    stories: epic.userStories
      .toSorted((a, b) => a.priority - b.priority)
      .map((story) => ({ id: story.id, title: story.title })),
    hash: createHash('sha256').update(JSON.stringify(text)).digest('hex').slice(0, 16),
    backend: epic.backend ?? leadBackend(config),
  };
}
