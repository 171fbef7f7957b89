import { setMaxListeners } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import { startTimeOf } from '../process-table.ts';
import type { BoundedLog } from './bounded-log.ts';
import { endLeftovers, signalAll, type Belongings } from './leftovers.ts';
import { watchLimits } from './limits.ts';
import { StorageError } from '../storage-error.ts';
import { factsOf } from './proc-fs.ts';
import type { StreamRedactor } from './redactor.ts';

export interface ChildRequest {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Becomes its standard input; null: it has none. */
  readonly stdinFile: string | null;
  /** Gets its standard input, in the place of a file; what is not closed by then is closed at its exit. */
  readonly input?: (stdin: Writable) => void;
  /** What marks its environment, and that of everything it starts. */
  readonly mark: readonly string[];
  readonly limits: { readonly total: number; readonly idle: number | null };
  /** Asked when the idle limit is about to strike: when it last showed life other than by output. Never rejects. */
  readonly lastSign?: () => Promise<number | null>;
  /**
   * How it is asked to end. SIGTERM goes to everything that belongs to it; SIGINT goes to itself alone, for a program
   * that then ends what it started.
   */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** Between that and SIGKILL, in milliseconds. */
  readonly patience: number;
  /** Takes secrets out of each stream before anything sees it; one for each. */
  readonly redact: () => StreamRedactor;
  readonly logs: { readonly stdout: BoundedLog; readonly stderr: BoundedLog };
  readonly started: (process: { readonly pid: number; readonly startTime: string }) => void;
  readonly output: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
}

export interface ChildEnd {
  readonly cause: 'exit' | 'total' | 'idle' | 'stopped';
  /** As shells have it, 127 when there is no such program and 126 when it cannot be run. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why it could not be started. */
  readonly failure: string | null;
}

interface Exit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly failure: string | null;
}

/** After everything of it is dead, its pipes end at once; a process that hid itself from us must not hold them open. */
const DRAIN = 1_000;

/** Runs a child in a process group of its own. Nothing that it started is alive when this resolves. */
export async function runChild(request: ChildRequest, stop: AbortSignal): Promise<ChildEnd> {
  if (stop.aborted) return { cause: 'stopped', exitCode: null, signal: null, failure: null };
  const child = spawn(request);
  const { pid } = child;
  if (pid === undefined) return { cause: 'exit', ...(await child.exit) };
  if (child.stdin !== null) request.input?.(child.stdin);

  // Read before the event loop turns: until then even a child that ended already is still in the process table.
  const startTime = (process.platform === 'linux' ? factsOf(pid)?.startTime : await startTimeOf(pid)) ?? '';
  const owned: Belongings = { groups: [{ pid, startTime }], children: true, mark: request.mark };
  request.started({ pid, startTime });

  let cause: ChildEnd['cause'] = 'exit';
  let killAt: number | null = null;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (why: ChildEnd['cause']): void => {
    if (cause !== 'exit') return;
    cause = why;
    killAt = performance.now() + request.patience;
    if (request.stopSignal === 'SIGTERM') void signalAll(owned, 'SIGTERM');
    else interrupt(pid);
    // Decided by the exit, not by whether a signal was sent: a child may ignore SIGTERM.
    killTimer = setTimeout(() => void signalAll(owned, 'SIGKILL'), request.patience);
  };
  const limits = watchLimits(request.limits, end, request.lastSign);
  const onStop = (): void => end('stopped');
  // As many as there are sessions wait for the same stop; node warns of a leak at the eleventh.
  setMaxListeners(0, stop);
  stop.addEventListener('abort', onStop, { once: true });
  // It may have come while the child was being started.
  if (stop.aborted) onStop();

  const listenTo = (stream: 'stdout' | 'stderr'): Promise<void> =>
    pump(child[stream], request.logs[stream], {
      redactor: request.redact(),
      arrived: () => limits.active(),
      each: (chunk) => request.output(stream, chunk),
    });
  const closed = Promise.all([listenTo('stdout'), listenTo('stderr')]);
  const exit = await child.exit;
  child.stdin?.destroy();
  limits.cancel();
  stop.removeEventListener('abort', onStop);
  clearTimeout(killTimer);
  await endLeftovers(owned, killAt === null ? request.patience : Math.max(0, killAt - performance.now()));
  await drain(closed, [child.stdout, child.stderr]);
  return { cause, ...exit };
}

function interrupt(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    // It has just ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface Spawned {
  readonly pid: number | undefined;
  /** Null: it is not ours to write to. */
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exit: Promise<Exit>;
}

function spawn({ argv: [file, ...args], cwd, env, stdinFile, input: wish }: ChildRequest): Spawned {
  const input = stdinFile === null ? null : openInput(stdinFile);
  const child = execa(file, args, {
    cwd,
    env,
    extendEnv: false,
    // A group of its own, so that a stop reaches all of it. It gets no Ctrl-C from the terminal.
    detached: true,
    cleanup: false,
    // Any descriptor is handed on as it is; only the standard ones are in the types.
    stdin: (input as 0 | null) ?? (wish === undefined ? 'ignore' : 'pipe'),
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
  });
  if (input !== null) closeSync(input);
  // Its promise waits for the pipes as well, which an escaped grandchild may hold open: only the exit counts.
  const exit = new Promise<Exit>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, failure: null }));
    void child.then((result) => {
      if (child.pid === undefined) resolve(notStarted(result.code, result.originalMessage));
    });
  });
  return { pid: child.pid, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exit };
}

function openInput(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new StorageError(path, error);
  }
}

const notStarted = (code: string | undefined, message: string | undefined): Exit => ({
  exitCode: code === 'ENOENT' ? 127 : 126,
  signal: null,
  failure: message ?? code ?? 'it could not be started',
});

/** Resolves when the stream is closed. Reads no faster than the log can be written. */
function pump(
  source: Readable,
  log: BoundedLog,
  to: {
    readonly redactor: StreamRedactor;
    readonly arrived: () => void;
    readonly each: (chunk: Buffer) => void;
  },
): Promise<void> {
  const handOn = (chunk: Buffer): boolean => {
    if (chunk.length === 0) return true;
    to.each(chunk);
    return log.write(chunk);
  };
  source.on('data', (chunk: Buffer) => {
    to.arrived();
    if (handOn(to.redactor.push(chunk))) return;
    source.pause();
    log.whenWritable(() => source.resume());
  });
  // A broken pipe ends the stream; what matters is told by the exit.
  source.on('error', () => source.destroy());
  return new Promise((resolve) => {
    source.once('close', () => {
      handOn(to.redactor.end());
      resolve();
    });
  });
}

async function drain(closed: Promise<unknown>, streams: readonly Readable[]): Promise<void> {
  const timer = setTimeout(() => {
    for (const stream of streams) stream.destroy();
  }, DRAIN);
  await closed;
  clearTimeout(timer);
}
