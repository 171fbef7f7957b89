import type { Prd } from '../prd.ts';
import { criteria } from './criteria.ts';
import { duplicateStories } from './duplicates.ts';
import { type LintFinding, subjectsOf } from './finding.ts';
import { largeStories } from './large.ts';
import { serialChain } from './serial-chain.ts';
import { sharedFiles } from './shared-files.ts';

/**
 * What makes runs of a valid PRD fail. It looks for little and means what it says: a finding that is wrong costs more
 * trust than one that is missing. Linear in the size of the PRD; the order of the epics changes nothing.
 */
export function lintPrd(prd: Prd): readonly LintFinding[] {
  const epics = subjectsOf(prd);
  const open = epics.filter((epic) => !epic.done);
  const stories = open.flatMap((epic) => epic.stories);
  return [
    ...stories.flatMap(criteria),
    ...stories.flatMap(largeStories),
    ...sharedFiles(open, epics),
    ...serialChain(open),
    ...duplicateStories(epics),
  ];
}
