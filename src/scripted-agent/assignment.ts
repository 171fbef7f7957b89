import { readFileSync } from 'node:fs';
import { UsageError } from './usage-error.ts';

/** What a session was told: the variables of the contract and the file of its inputs. */
export interface Assignment {
  readonly role: string;
  /** Empty for the final validator. */
  readonly epicId: string;
  readonly attempt: number;
  /** The attempt as scripts count it: one that was interrupted is done again as it was meant. */
  readonly scriptAttempt: number;
  readonly worktree: string;
  readonly root: string;
  readonly resultPath: string;
  readonly script: string | undefined;
  readonly promptLength: number;
  readonly input: Input;
}

/** The file of a lead or builder, of a merger, or of a final validator. */
export interface Input {
  readonly epic?: InputEpic;
  readonly todo?: readonly string[];
  readonly findings?: readonly string[];
  /** Where the epic branch began. */
  readonly base?: string;
  /** Attempts that failed before this one. */
  readonly failures?: number;
  readonly conflicts?: readonly string[];
  readonly prd?: { readonly epics?: readonly InputEpic[] };
  readonly range?: { readonly from: string; readonly to: string };
  readonly checks?: readonly { readonly command: string; readonly exitCode: number | null }[];
}

export interface InputEpic {
  readonly id: string;
  readonly title?: string;
  readonly userStories?: readonly InputStory[];
}

export interface InputStory {
  readonly id: string;
  readonly title?: string;
  readonly acceptanceCriteria?: readonly string[];
}

export function readAssignment(env: NodeJS.ProcessEnv): Assignment {
  const need = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '')
      throw new UsageError(`${name} is not set; teams sets it for every session`);
    return value;
  };
  const worktree = need('TEAMS_WORKTREE');
  const attempt = Number(env['TEAMS_ATTEMPT'] ?? '1');
  const prompt = read(need('TEAMS_PROMPT_FILE'));
  const epicFile = need('TEAMS_EPIC_FILE');
  let input: Input;
  try {
    input = JSON.parse(read(epicFile)) as Input;
  } catch (error) {
    throw new UsageError(`${epicFile} is not JSON: ${(error as Error).message}`);
  }
  return {
    role: need('TEAMS_ROLE'),
    epicId: env['TEAMS_EPIC_ID'] ?? '',
    attempt,
    scriptAttempt: input.failures === undefined ? attempt : input.failures + 1,
    worktree,
    root: env['TEAMS_ROOT'] ?? worktree,
    resultPath: need('TEAMS_RESULT_PATH'),
    script: env['TEAMS_SCRIPT'],
    promptLength: prompt.length,
    input,
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
