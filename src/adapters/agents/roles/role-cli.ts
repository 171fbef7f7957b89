import type { BackendPrompt } from '../../../domain/contract-text.ts';
import type { AgentRole } from '../../../domain/role-names.ts';
import type { RoleSource } from '../../../domain/roles.ts';

/** How roles reach a CLI without a file in the repository of the person. */
export interface Delivery {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** To be written before the session starts. Paths are relative to the session home, with forward slashes. */
  readonly files: readonly RoleFile[];
}

export interface RoleFile {
  readonly path: string;
  readonly content: string;
}

/** A role with its model as the CLI calls it; null: that of the lead. */
export interface CastRole {
  readonly role: RoleSource;
  readonly model: string | null;
}

/** What an agent CLI makes of roles. Everything here is pure. */
export interface RoleCli extends BackendPrompt {
  /** Where `teams agents install` puts a role, from the root of a repository. */
  fileOf(role: AgentRole): string;
  /** The role that a file of a repository defines for this CLI by its path, or null. */
  definedBy(path: string): string | null;
  render(cast: CastRole): string;
  /** `sessionHome`: absolute, outside of the worktree. */
  deliver(cast: readonly CastRole[], sessionHome: string): Delivery;
}

export const NOTHING: Delivery = { args: [], env: {}, files: [] };

/** Front matter with one key per line. */
export function frontMatter(values: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(values).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [`${key}: ${yaml(value)}`],
  );
  return `---\n${lines.join('\n')}\n---\n`;
}

/** Plain where nothing in the text means something to YAML, otherwise JSON, which YAML contains. */
const yaml = (value: unknown): string =>
  typeof value === 'string' &&
  /^[A-Za-z][\w .,;'()/-]*$/.test(value) &&
  !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : JSON.stringify(value);
