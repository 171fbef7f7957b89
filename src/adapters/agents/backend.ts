import type { BackendFacts } from '../../domain/doctor.ts';
import type { Activity, Usage } from '../../domain/events.ts';
import type { Problem } from '../../domain/problem.ts';
import type { UsageReport } from '../../domain/spent.ts';
import type { AgentFailure, Message, SessionRequest } from '../../engine/ports.ts';

/** How to start one session of an agent. */
export interface Launch {
  readonly argv: readonly [string, ...string[]];
  /** `messages`: lines of `Backend.message`, of which the first is the prompt. */
  readonly stdin: 'prompt' | 'messages' | 'none';
  /** Names of variables of the person that this agent needs beyond the allow-list. */
  readonly inherit: readonly string[];
  /** Variables that only this backend sets. They are written to argv.json: never a secret. */
  readonly env: Readonly<Record<string, string>>;
  /** How it is asked to end. Default: SIGTERM. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
  /** Files that its sandbox shows in the worktree and that are not there, from its root: git passes them over. */
  readonly phantoms?: readonly string[];
  /** What a person should know of this session, such as roles that the repository defines itself. */
  readonly notes?: readonly string[];
  /** How the agent CLI was told to call the session. Absent: a line of its output tells. */
  readonly sessionId?: string;
}

/** A session whose process was started, as far as its backend may have to look for more of it. */
export interface StartedSession extends SessionRequest {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** What the agent CLI calls it; null: not told yet. */
  readonly sessionId: string | null;
}

/** A session that a person talks to: in their checkout (`worktree`) and without limits, because they end it. */
export type TalkRequest = Omit<SessionRequest, 'limits'>;

/** How to start the terminal interface of an agent. It gets the terminal that `teams` runs in. */
export interface InteractiveLaunch {
  readonly argv: readonly [string, ...string[]];
  /** As in `Launch`. */
  readonly inherit: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What one line of its standard output tells. */
export interface LineFacts {
  /** What the agent CLI calls the session, where it chooses that itself. */
  readonly sessionId?: string;
  readonly activity?: Pick<Activity, 'kind' | 'text'>;
  /** Spent since the last such line. */
  readonly usage?: UsageReport;
  /** Spent in the whole session so far, also before it was resumed: takes the place of everything before. */
  readonly usageSoFar?: Usage;
  /** The last one counts; null: what was wrong before is mended, e.g. by a retry. */
  readonly failure?: AgentFailure | null;
  /** Id of a message that the agent has read. */
  readonly read?: string;
  /** It has done what it was told: when it is told no more, it ends. */
  readonly finished?: true;
}

/** One agent CLI. A new one is one file like `command.ts`, and a line in `registry.ts`. */
export interface Backend {
  /** Null when a session can be started, otherwise why not. */
  unavailable(): Promise<Problem | null>;
  /** For `teams doctor`: needs no network, spends no token, and tells no secret. */
  inspect(): Promise<BackendFacts>;
  /** May write below `request.folder`, never into the worktree. Throws `StorageError` and `GitError`. */
  launch(request: SessionRequest): Promise<Launch>;
  /**
   * For a backend that a person can talk to. `opening` is a line without a leading dash, said to the agent in the name of
   * the person. What the agent may do without asking is little, whatever the profile: the person is there to be asked.
   */
  converse?(request: TalkRequest, opening: string): Promise<InteractiveLaunch>;
  /** A message as a line of its standard input; absent: nothing can be said to its sessions while they work. */
  readonly message?: (message: Message) => string;
  /** Pure. Null: not a line of its protocol, so plain text for people. */
  readLine(line: string): LineFacts | null;
  /**
   * When the session last did something that its standard output does not tell, in milliseconds since the epoch; null:
   * nothing is known. Asked when the idle limit is about to strike, which then begins anew. This and what follows reads
   * files that the agent can do anything to: when it rejects, nothing is known.
   */
  lastSign?(session: StartedSession): Promise<number | null>;
  /** What only its files tell of this process, once it has ended; null: nothing more. */
  usageAfter?(session: StartedSession): Promise<Usage | null>;
  /** The same for a failure that the session ended with, such as when a limit is lifted. */
  failureAfter?(session: StartedSession, failure: AgentFailure): Promise<AgentFailure>;
}
