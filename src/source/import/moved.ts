import type { Prd } from '../../domain/prd.ts';
import type { Plan } from './assemble.ts';
import type { Guess } from './draft.ts';

/**
 * New stories that the PRD has word for word from another file: that file has moved, and all of it would be there twice.
 * Null: nothing looks like it.
 */
export function movedFrom({ epics }: Prd, plan: Plan, origin: string): Guess | null {
  const there = new Map<string, string>();
  for (const { source, title } of epics.flatMap((epic) => epic.userStories)) {
    const [file = '', place] = source?.split('#') ?? [];
    if (place !== undefined && file !== origin && !file.includes('://')) there.set(`${place} ${title}`, file);
  }
  const fresh = plan.epics.flatMap((epic) => epic.stories).filter(({ known }) => !known);
  const files = fresh.flatMap(
    ({ source, title }) => there.get(`${source.slice(source.indexOf('#') + 1)} ${title}`) ?? [],
  );
  const [file] = files;
  if (file === undefined || files.length < 2 || files.length * 2 < fresh.length) return null;
  return {
    kind: 'ids',
    message: `${files.length} new stories are in the PRD already, from ${file}: if that has moved, take them out, replace "${file}#" by "${origin}#" in the PRD, and merge again`,
  };
}
