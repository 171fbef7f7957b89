/** What `teams` exits with. Documented in docs/exit-codes.md. */
export const EXIT = {
  passed: 0,
  notPassed: 1,
  usage: 2,
  environment: 3,
  locked: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
