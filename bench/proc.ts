import { readFileSync } from 'node:fs';

/** Clock ticks of Linux per second; every platform that Node runs on has 100. */
const TICKS = 100;

function statFields(pid: number | 'self'): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The command name may hold spaces; what follows its last parenthesis is plain: state is field 3.
  return ['', '', '', ...stat.slice(stat.lastIndexOf(')') + 2).split(' ')];
}

/** User and system time of a live process, in seconds. */
export function cpuSeconds(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[14]) + Number(fields[15])) / TICKS;
}

/** User and system time of all ended children of this process, in seconds. */
export function cpuSecondsOfChildren(): number {
  const fields = statFields('self');
  return (Number(fields[16]) + Number(fields[17])) / TICKS;
}

/** Resident memory of a live process, now and at its highest, in MB; null when it has ended. */
export function memory(pid: number): { readonly now: number; readonly highest: number } | null {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return null;
  }
  const of = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  // A zombie has a status without memory.
  return Number.isNaN(of('VmRSS')) ? null : { now: of('VmRSS'), highest: of('VmHWM') };
}
