#!/usr/bin/env node
import { main } from './cli/main.ts';
import { contextOf } from './cli/output.ts';

let readerLeft = false;
const guarded = new Set<NodeJS.WriteStream>();

function guard(stream: NodeJS.WriteStream): void {
  if (guarded.has(stream)) return;
  guarded.add(stream);
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (readerLeft) return;
    readerLeft = true;
    // `teams logs | head`: whoever reads has what they wanted, so end quietly. A run must not end with its sessions
    // still at work, though: for it this is a Ctrl-C.
    if (process.listenerCount('SIGINT') > 0) process.emit('SIGINT');
    else process.exit();
  });
}

const context = contextOf(process);
guard(process.stdout);
void main(process.argv.slice(2), {
  ...context,
  stderr: (text) => {
    // Only now: making a stream costs each start time, and most commands never write to this one.
    guard(process.stderr);
    context.stderr(text);
  },
}).then((code) => {
  process.exitCode = code;
});
