import type { Sandbox } from '../../domain/doctor.ts';
import type { Problem } from '../../domain/problem.ts';
import type { SessionRequest } from '../../engine/ports.ts';
import { findExecutable } from './executable.ts';
import { gitFolders } from './git-folders.ts';
import { canIsolate, NAMESPACES_FIX } from './isolation.ts';

/** The oldest whose sandbox was driven. */
export const OLDEST_SANDBOX = [2, 1, 329] as const;

/**
 * Where something could make the person's own programs run what the agent wrote, the sandbox puts a device into the
 * worktree while a command runs. `git add -A` would fail on these.
 */
export const PHANTOMS: readonly string[] = [
  ...'.bash_profile .bashrc .gitconfig .gitmodules .idea .mcp.json .profile .ripgreprc .vscode .zprofile .zshrc'.split(
    ' ',
  ),
  ...'agents commands hooks launch.json loop.md output-styles routines scheduled_tasks.json settings.json settings.local.json skills workflows'
    .split(' ')
    .map((name) => `.claude/${name}`),
];

/** What switches the sandbox of the CLI on for one session. `keys`: variables that commands must not see. */
export async function sandboxFor(
  { worktree, folder }: SessionRequest,
  keys: readonly string[],
): Promise<{ readonly tools: readonly string[]; readonly args: readonly string[] }> {
  const sandbox = {
    enabled: true,
    // Without these two it would run commands outside of it: when it cannot start, and when the model asks for that.
    failIfUnavailable: true,
    allowUnsandboxedCommands: false,
    filesystem: { allowWrite: [...(await gitFolders(worktree)), folder] },
    credentials: { envVars: keys.map((name) => ({ name, mode: 'deny' })) },
  };
  return {
    // Tools of the CLI itself run outside of the sandbox. An absolute path has two slashes in a rule.
    tools: ['Bash', 'Read', 'Agent', 'Task', `Edit(/${worktree}/**)`, `Edit(/${folder}/**)`],
    args: ['--settings', JSON.stringify({ sandbox })],
  };
}

/** Why the sandbox cannot work here, or null. On macOS the system has what it needs. */
export async function sandboxProblem(root: string): Promise<Problem | null> {
  const state = await sandboxState(root);
  if (state.state !== 'unavailable') return null;
  return {
    code: 'sandbox-unavailable',
    what: `backend claude: ${state.text}`,
    where: 'permissions: sandboxed',
    ...(state.fix !== undefined && { fix: state.fix }),
  };
}

export async function sandboxState(root: string): Promise<Omit<Sandbox, 'needed'>> {
  if (process.platform === 'darwin') return { state: 'unknown', text: 'its own; not tried on macOS' };
  if (process.platform !== 'linux') return { state: 'none', text: 'none on this platform' };
  const missing: string[] = [];
  for (const [program, name] of [
    ['bwrap', 'bubblewrap'],
    ['socat', 'socat'],
  ] as const) {
    if ((await findExecutable(program, root)) === null) missing.push(name);
  }
  if (missing.length > 0) {
    return {
      state: 'unavailable',
      text: `its sandbox needs ${missing.join(' and ')}`,
      fix: `install ${missing.length === 1 ? 'it' : 'them'} with the package manager of your system, such as: apt-get install ${missing.join(' ')}`,
    };
  }
  if (await canIsolate(root)) return { state: 'available', text: 'its own, with permissions: sandboxed' };
  return { state: 'unavailable', text: 'its sandbox cannot work here', fix: NAMESPACES_FIX };
}
