/**
 * A command line for the configuration. It is one that `teams` knows, never text of the repository: a hostile
 * repository decides which of them are offered, not what they are.
 */
export interface Suggestion {
  readonly command: string;
  /** The file, or the entry of it, that speaks for the command. */
  readonly from: string;
  /** Whether it is what most would choose; otherwise it is only offered. */
  readonly likely: boolean;
}

export interface Suggestions {
  /** Once in every new worktree. */
  readonly setup: readonly Suggestion[];
  /** What has to pass before something counts as done. */
  readonly verify: readonly Suggestion[];
}

export const likely = (command: string, from: string): Suggestion => ({ command, from, likely: true });
export const possible = (command: string, from: string): Suggestion => ({ command, from, likely: false });
