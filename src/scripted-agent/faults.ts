import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { writeAll } from './say.ts';
import type { StepOf } from './script-schema.ts';

const LINE = `${'flood '.repeat(16)}\n`;
const BLOCK = Buffer.from(LINE.repeat(640));

export function flood({ flood: bytes, to = 'stdout' }: StepOf<'flood'>): void {
  for (let left = bytes; left > 0; left -= BLOCK.length) {
    writeAll(to === 'stdout' ? 1 : 2, left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK);
  }
}

/** Starts a grandchild that outlives the agent and keeps its stdout open. It is ready when this resolves. */
export async function leaveGrandchild(step: StepOf<'spawn'>): Promise<void> {
  const trap = step.ignoreSigterm === true ? "trap '' TERM; " : '';
  const child = spawn('sh', ['-c', `${trap}echo ready >&3; exec 3>&-; while :; do sleep 3600; done`], {
    detached: step.spawn === 'detached',
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  await once(child.stdio[3] as Readable, 'data');
  child.unref();
}

/** Nothing more, until a signal ends it. */
export function hang(): Promise<never> {
  // A pending timer is what keeps the process alive.
  setInterval(() => {}, 2_147_483_647);
  return new Promise(() => {});
}
