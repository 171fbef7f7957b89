import { join } from 'node:path';
import type { CliName } from '../install/clis.ts';

export interface Place {
  readonly repo: string;
  /** The folder that the repository is alone in. */
  readonly folder: string;
  /** Writes a file below the home of the CLI. */
  readonly write: (path: string, content: string) => void;
}

export interface Command {
  readonly args: readonly string[];
  readonly stdin: string;
}

export const SESSION = '11111111-1111-4111-8111-111111111111';

const ABOUT = 'Implements one story';
const ROLE = '<!-- teams-role: builder -->\nYou are a builder.\n';
const FRONT = `---\nname: builder\ndescription: ${ABOUT}\n---\n${ROLE}`;

/** Beside the home: nothing runs in the background, and a push is denied. */
export const SETTINGS: Readonly<Record<CliName, Readonly<Record<string, string>>>> = {
  claude: { CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1', CLAUDE_CODE_DISABLE_AUTO_MEMORY: '1' },
  codex: {},
  copilot: {},
  opencode: { OPENCODE_PERMISSION: JSON.stringify({ bash: { 'git push *': 'deny' } }) },
};

/** Makes the role `builder` known in the home of each CLI, where it is not given on the command line. */
export const WRITE_ROLE: Readonly<Record<CliName, (place: Place) => void>> = {
  claude: () => undefined,
  codex: ({ write }) => {
    const role = { name: 'builder', description: ABOUT, developer_instructions: ROLE };
    // A JSON string is a TOML string too.
    const lines = Object.entries(role).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
    write('.codex/agents/builder.toml', lines.join(''));
  },
  copilot: ({ write }) => write('.copilot/agents/builder.agent.md', FRONT),
  opencode: ({ write }) =>
    write('.config/opencode/agents/builder.md', FRONT.replace('name: builder', 'mode: subagent')),
};

type MakeCommand = (place: Place, prompt: string, resume: string | null) => Command;

/**
 * The shortest command of each CLI that works alone; adapters are tested through `teams run`, not here. OpenCode is
 * served instead, see opencode-serve.ts.
 */
export const COMMANDS: Readonly<Record<Exclude<CliName, 'opencode'>, MakeCommand>> = {
  claude: (_, prompt, resume) => ({
    args: [
      '-p',
      ...(resume === null ? ['--session-id', SESSION] : ['--resume', resume]),
      '--output-format',
      'stream-json',
      '--verbose',
      '--dangerously-skip-permissions',
      '--strict-mcp-config',
      '--disallowedTools=Bash(git push *)',
      '--agents',
      JSON.stringify({ builder: { description: ABOUT, prompt: ROLE } }),
    ],
    stdin: prompt,
  }),
  codex: ({ repo }, prompt, resume) => ({
    args: [
      'exec',
      '--json',
      '--dangerously-bypass-approvals-and-sandbox',
      '-C',
      repo,
      ...(resume === null ? ['-'] : ['resume', resume, '-']),
    ],
    stdin: prompt,
  }),
  copilot: ({ folder }, prompt, resume) => ({
    args: [
      '-p',
      prompt,
      '--session-id',
      resume ?? SESSION,
      '--allow-all',
      '--deny-tool=shell(git push)',
      '--no-ask-user',
      '--no-auto-update',
      '--no-color',
      '--output-format',
      'json',
      '--stream',
      'off',
      '--usage-output-file',
      join(folder, 'usage.json'),
      '--log-dir',
      join(folder, 'logs'),
    ],
    stdin: '',
  }),
};
