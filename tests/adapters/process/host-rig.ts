import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { on } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { build } from 'esbuild';
import type { SessionRequest } from '../../../src/engine/ports.ts';

type Answer = Record<string, unknown>;

/** Starts bundled copies of `host.ts` in a temp folder. */
export class HostRig {
  readonly root = mkdtempSync(join(tmpdir(), 'teams-host-'));
  readonly runId = `run-${process.pid}-${Math.random().toString(36).slice(2)}`;
  readonly #bundle = join(this.root, 'host.mjs');
  readonly #hosts: Host[] = [];

  async build(): Promise<void> {
    await build({
      entryPoints: [join(import.meta.dirname, 'host.ts')],
      outfile: this.#bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      // Dependencies that are not ES modules ask for modules of node.
      banner: { js: 'const require=process.getBuiltinModule;' },
      logLevel: 'warning',
    });
  }

  start(env: Record<string, string> = {}): Host {
    const child = spawn(process.execPath, [this.#bundle], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const host = new Host(child);
    this.#hosts.push(host);
    return host;
  }

  request(name: string): SessionRequest {
    const folder = mkdtempSync(join(this.root, `${name}-`));
    for (const file of ['prompt.md', 'epic.json']) writeFileSync(join(folder, file), '');
    return {
      role: 'planner',
      runId: this.runId,
      epicId: null,
      attempt: 1,
      backend: 'mine',
      model: null,
      models: {},
      worktree: this.root,
      folder,
      promptFile: join(folder, 'prompt.md'),
      epicFile: join(folder, 'epic.json'),
      resultPath: join(folder, 'result.json'),
      prdFile: join(folder, 'prd.json'),
      limits: { total: 60_000, idle: 60_000 },
      resume: null,
    };
  }

  killHosts(): void {
    for (const host of this.#hosts.splice(0)) host.kill();
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export class Host {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string[]>;

  constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    this.#lines = on(createInterface({ input: child.stdout }), 'line') as AsyncIterator<string[]>;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  send(command: object): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  async next(): Promise<Answer> {
    const { value } = await this.#lines.next();
    return JSON.parse(value[0] ?? 'null') as Answer;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
