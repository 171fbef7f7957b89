import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitEnvironment, type TempRepo, tempRepo } from '../rig/temp-repo.ts';

const AGENT = join(import.meta.dirname, '../../dist/scripted-agent.cjs');

export const EPIC = {
  id: 'EPIC-001',
  title: 'Authentication',
  userStories: [
    { id: 'US-001', title: 'Login form', acceptanceCriteria: ['there is a form', 'it says why it fails'] },
    { id: 'US-002', title: 'Log\nout', acceptanceCriteria: ['there is a button'] },
  ],
};
const INPUT = { epic: EPIC, todo: ['US-001', 'US-002'], findings: [] };

export interface AgentEnd {
  readonly exitCode: number | null;
  readonly activities: readonly { readonly type: string; readonly kind?: string; readonly text?: string }[];
  readonly stderr: string;
  /** The text of the result file, null when there is none. */
  readonly result: string | null;
}

/** The built agent as a process, in a repository that stands for its worktree. */
export class AgentRig {
  readonly repo: TempRepo = tempRepo();
  readonly folder = join(this.repo.path, '..', 'session');
  readonly resultPath = join(this.folder, 'result.json');

  constructor() {
    mkdirSync(this.folder);
  }

  run(
    script: object | string | null,
    options: {
      role?: string;
      attempt?: number;
      input?: object;
      file?: string;
      env?: Record<string, string>;
      through?: string;
    } = {},
  ): AgentEnd {
    const path = join(this.folder, options.file ?? 'script');
    if (script !== null) writeFileSync(path, typeof script === 'string' ? script : JSON.stringify(script));
    writeFileSync(join(this.folder, 'prompt.md'), 'Do it.');
    writeFileSync(join(this.folder, 'epic.json'), JSON.stringify(options.input ?? INPUT));
    // `through` is a shell filter that reads what the agent writes; the exit code is then the one of the filter.
    const argv = options.through === undefined ? ['exec "$0" "$1"'] : [`"$0" "$1" | ${options.through}`];
    const end = spawnSync('sh', ['-c', ...argv, process.execPath, AGENT], {
      cwd: this.repo.path,
      encoding: 'utf8',
      env: {
        ...process.env,
        ...gitEnvironment,
        ...(script !== null && { TEAMS_SCRIPT: path }),
        TEAMS_ROLE: options.role ?? 'team-lead',
        TEAMS_EPIC_ID: 'EPIC-001',
        TEAMS_ATTEMPT: String(options.attempt ?? 1),
        TEAMS_WORKTREE: this.repo.path,
        TEAMS_ROOT: this.folder,
        TEAMS_PROMPT_FILE: join(this.folder, 'prompt.md'),
        TEAMS_EPIC_FILE: join(this.folder, 'epic.json'),
        TEAMS_RESULT_PATH: this.resultPath,
        ...options.env,
      },
    });
    const lines = end.stdout.split('\n').filter((line) => line.startsWith('{'));
    return {
      exitCode: end.status,
      activities: lines.map((line) => JSON.parse(line) as AgentEnd['activities'][number]),
      stderr: end.stderr,
      result: existsSync(this.resultPath) ? readFileSync(this.resultPath, 'utf8') : null,
    };
  }

  subjects(): readonly string[] {
    return this.repo.git('log', '--format=%s').split('\n');
  }

  read(name: string): string {
    return readFileSync(join(this.repo.path, name), 'utf8');
  }
}
