/** Branches that `teams` makes. Git cannot have both `a` and `a/b`, so those of epics have a first part of their own. */
export const INTEGRATION = 'teams';
export const EPICS = 'teams-epics';

export const integrationBranch = (runId: string): string => `${INTEGRATION}/${runId}`;

export const epicBranch = (runId: string, epicId: string): string => `${EPICS}/${runId}/${epicId}`;

/** A person may well have a `teams-page`. */
export const isOurs = (branch: string): boolean =>
  branch.startsWith(`${INTEGRATION}/`) || branch.startsWith(`${EPICS}/`);

/** The run that one of these belongs to. */
export const runOf = (branch: string): string => branch.split('/')[1] ?? '';
