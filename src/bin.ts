#!/usr/bin/env node
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { EXIT } from './domain/exit-codes.ts';
import { main } from './cli/main.ts';
import { contextOf } from './cli/output.ts';

const terminals = [0, 1, 2].filter((fd) => isatty(fd));
let outputLost = false;
const guarded = new Set<NodeJS.WriteStream>();

function guard(stream: NodeJS.WriteStream): void {
  if (guarded.has(stream)) return;
  guarded.add(stream);
  stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (outputLost) return;
    outputLost = true;
    // The reader left, as with `teams logs | head`, or the terminal is gone: nobody is there to be told.
    const isQuiet = code === 'EPIPE' || code === 'EIO';
    if (!isQuiet && stream === process.stdout) context.stderr(`stdout cannot be written: ${message}\n`);
    // A run must not end with its sessions still at work: for it this is a lost terminal, which has often told so by a
    // signal already.
    if (process.listenerCount('SIGHUP') > 0) process.emit('SIGHUP', 'SIGHUP');
    else process.exit(code === 'EPIPE' ? undefined : EXIT.environment);
  });
}

process.on('exit', () => {
  // Node 20 aborts, with a core dump, when it cannot give a terminal that is gone its settings back.
  for (const fd of terminals) if (!isatty(fd)) closeSync(fd);
});

const context = {
  ...contextOf(process),
  outputLost: () => outputLost,
  stderr: (text: string): void => {
    // Only now: making a stream costs each start time, and most commands never write to this one.
    guard(process.stderr);
    process.stderr.write(text);
  },
};
guard(process.stdout);
void main(process.argv.slice(2), context).then((code) => {
  process.exitCode = code;
});
