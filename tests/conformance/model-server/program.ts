/** How a CLI ended. */
export interface DirectEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Session or thread id, from the stream. */
  readonly session: string | null;
}

export interface Program {
  readonly binary: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export const POLL_MS = 50;
/** Nothing that a scenario asks for takes so long. */
export const LIMIT_MS = 300_000;
