import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mark, newMark } from '../process/mark.ts';
import type { Secrets } from '../secrets.ts';
import { storing } from '../storage-error.ts';
import type { Launch, TalkRequest } from './backend.ts';
import { contractEnvironment } from './environment.ts';
import { gitSettings } from './git-settings.ts';

/**
 * The environment of a session and its mark. How the session is started is written to argv.json, for a person to read: of
 * `inherited`, which is theirs, the names alone. Throws `StorageError`.
 */
export async function environmentOf(
  request: TalkRequest,
  launch: Pick<Launch, 'argv' | 'env' | 'phantoms'> & Partial<Pick<Launch, 'stdin'>>,
  inherited: Readonly<Record<string, string>>,
  secrets: Pick<Secrets, 'text'>,
): Promise<{ readonly mark: Mark; readonly env: Readonly<Record<string, string>> }> {
  const mark = newMark(request.runId);
  const told = {
    ...mark,
    ...contractEnvironment(request),
    ...(await gitSettings(request, launch.phantoms ?? [])),
    ...launch.env,
  };
  const record = {
    v: 1,
    argv: launch.argv,
    cwd: request.worktree,
    stdin: launch.stdin,
    env: told,
    inherited: Object.keys(inherited),
  };
  const path = join(request.folder, 'argv.json');
  const text = secrets.text(`${JSON.stringify(record, null, 2)}\n`);
  await storing(path, () => writeFile(path, text, { mode: 0o600 }));
  return { mark, env: { ...inherited, ...told } };
}
