import type { Processes } from '../../engine/ports.ts';
import { startTimeOf } from '../process-table.ts';
import { endLeftovers } from './leftovers.ts';
import { runMark } from './mark.ts';

/** What recovery finds has nobody to report to any more: it gets a moment to remove its files, not a grace period. */
const PATIENCE = 2_000;

export const processes: Processes = {
  startTimeOf,
  reap: (runId, left, patience = PATIENCE) =>
    endLeftovers({ groups: left, children: false, mark: runMark(runId) }, patience),
};
