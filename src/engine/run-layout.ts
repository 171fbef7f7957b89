/** Names of what a run keeps, from its folder. What only one place reads and writes is named there. */

/** Sessions read a copy of the PRD: whatever one does to it, the file of the person stays as it is. */
export const PRD_COPY = 'prd.json';

/** The copy of the agreed plan that a run keeps. */
export const planCopy = (epicId: string): string => `epics/${epicId}/plan.md`;

export const attemptFolder = (epicId: string, attempt: number): string =>
  `epics/${epicId}/attempt-${attempt}`;

/** Where a lead says which stories it has done. */
export const resultFile = (epicId: string, attempt: number): string =>
  `${attemptFolder(epicId, attempt)}/${RESULT}`;

/** Below the folder of a session. */
export const RESULT = 'result.json';

/** What a person has to say to an attempt. It is there as soon as the session of the attempt listens. */
export const inboxFolder = (epicId: string, attempt: number): string =>
  `${attemptFolder(epicId, attempt)}/inbox`;

/** What an attempt did not commit. */
export const leftoverPatch = (epicId: string, attempt: number): string =>
  `${attemptFolder(epicId, attempt)}/leftover.patch`;

/** Repositories that were inside of its worktree: a patch has only their links. */
export const leftoverFolder = (epicId: string, attempt: number): string =>
  `${attemptFolder(epicId, attempt)}/leftover`;
