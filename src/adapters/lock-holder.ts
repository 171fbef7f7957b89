import { hostname } from 'node:os';
import { startTimeOf } from './process-table.ts';
import { storing } from './storage-error.ts';
import { readIfThere } from './there.ts';

// Apart from taking the lock, which needs node:crypto: that alone would cost `status` a tenth of its time.

export interface LockHolder {
  readonly pid: number;
  readonly startTime: string;
  readonly host: string;
  readonly runId: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Who holds the lock right now; null when nobody alive does. Throws `StorageError`. */
export async function lockHolder(path: string): Promise<LockHolder | null> {
  const holder = parseHolder((await storing(path, () => readIfThere(path))) ?? '');
  return holder !== null && (await isAlive(holder)) ? holder : null;
}

/** null for what no `teams` wrote: such a lock belongs to nobody. */
export function parseHolder(content: string): LockHolder | null {
  try {
    const value = JSON.parse(content) as Partial<LockHolder> | null;
    if (typeof value?.pid !== 'number' || typeof value.startTime !== 'string') return null;
    const { host, runId, since } = value;
    if (typeof host !== 'string' || typeof runId !== 'string' || typeof since !== 'string') return null;
    return { pid: value.pid, startTime: value.startTime, host, runId, since };
  } catch {
    // Not JSON.
    return null;
  }
}

export async function isAlive(holder: LockHolder): Promise<boolean> {
  // The process table of another machine cannot be seen from here.
  if (holder.host !== hostname()) return true;
  const startTime = await startTimeOf(holder.pid);
  return startTime !== null && startTime === holder.startTime;
}
