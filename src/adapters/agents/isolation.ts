import { execFile } from 'node:child_process';
import { findExecutable } from './executable.ts';

const LIMIT_MS = 10_000;

/** What a sandbox of the operating system does first: a mount and a network of its own. */
const PROBES: readonly (readonly [string, readonly string[]])[] = [
  [
    'bwrap',
    ['--ro-bind', '/', '/', '--unshare-net', '--unshare-pid', '--proc', '/proc', '--dev', '/dev', 'true'],
  ],
  ['unshare', ['--user', '--map-root-user', '--mount', '--net', 'true']],
];

/**
 * Whether a program of this user can put others into namespaces of their own, found by doing it: distributions restrict
 * it in several ways. Null: nothing is installed to try it with. Linux only.
 */
export async function canIsolate(root: string): Promise<boolean | null> {
  for (const [name, args] of PROBES) {
    const program = await findExecutable(name, root);
    if (program !== null) return succeeds(program, args);
  }
  return null;
}

const succeeds = (program: string, args: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: LIMIT_MS }, (error) => resolve(error === null));
  });

export const NAMESPACES_FIX =
  'allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000, and on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0; in a container, start it with a seccomp profile that permits them';
