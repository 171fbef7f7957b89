import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { factsOf } from './process/proc-fs.ts';

/**
 * When a live process started, as its operating system counts it; null when there is no such process. An opaque text:
 * equal texts for one pid mean the same process, so that a reused pid is never taken for the real one.
 */
export async function startTimeOf(pid: number): Promise<string | null> {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

/** A zombie has ended; only its parent has not asked for the exit code yet. */
function fromProc(pid: number): string | null {
  const facts = factsOf(pid);
  return facts === null || facts.zombie || facts.startTime === '' ? null : facts.startTime;
}

async function fromPs(pid: number): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], {
      env: { ...process.env, LC_ALL: 'C' },
    });
    return stdout.trim() || null;
  } catch {
    // ps exits 1 when no process fits.
    return null;
  }
}
