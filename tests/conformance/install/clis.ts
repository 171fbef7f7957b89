import { arch, platform } from 'node:os';

export const CLI_NAMES = ['claude', 'codex', 'copilot', 'opencode'] as const;
export type CliName = (typeof CLI_NAMES)[number];

interface Cli {
  readonly package: string;
  /** The version that the suite was written against; TEAMS_CONFORMANCE_<NAME> asks for another one, or `latest`. */
  readonly version: string;
  /** Where the native program is below node_modules: the launchers of the packages leave orphans behind. */
  readonly binary: readonly string[];
}

const host = `${platform()}-${arch()}`;
const triples: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
};

export const CLIS: Readonly<Record<CliName, Cli>> = {
  claude: {
    package: '@anthropic-ai/claude-code',
    version: '2.1.329',
    binary: [`@anthropic-ai/claude-code-${host}/claude`],
  },
  codex: {
    package: '@openai/codex',
    version: '0.169.0',
    binary: [`@openai/codex-${host}/vendor/${triples[host] ?? host}/bin/codex`],
  },
  copilot: {
    package: '@github/copilot',
    version: '1.0.102',
    binary: [`@github/copilot-${host}/copilot`],
  },
  opencode: {
    package: 'opencode-ai',
    version: '1.18.33',
    binary: [`opencode-${host}/bin/opencode`],
  },
};

export function wantedVersion(name: CliName): string {
  return process.env[`TEAMS_CONFORMANCE_${name.toUpperCase()}`] ?? CLIS[name].version;
}
