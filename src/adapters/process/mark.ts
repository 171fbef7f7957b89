import { randomBytes } from 'node:crypto';

/** The variables by which a process is recognised as part of a session, even after it left its process group. */
export interface Mark {
  readonly TEAMS_RUN_ID: string;
  readonly TEAMS_SESSION: string;
}

export const newMark = (runId: string): Mark => ({
  TEAMS_RUN_ID: runId,
  TEAMS_SESSION: randomBytes(12).toString('hex'),
});

export const sessionMark = (mark: Mark): readonly string[] => [`TEAMS_SESSION=${mark.TEAMS_SESSION}`];

export const runMark = (runId: string): readonly string[] => [`TEAMS_RUN_ID=${runId}`];
