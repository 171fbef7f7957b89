import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessions } from '../../../src/adapters/agents/sessions.ts';
import { type BackendConfig, type Config, DEFAULTS } from '../../../src/domain/config.ts';
import type { Activity } from '../../../src/domain/events.ts';
import type { SessionEnd, SessionRequest } from '../../../src/engine/ports.ts';

export interface Running {
  readonly request: SessionRequest;
  readonly end: Promise<SessionEnd>;
  readonly activities: Activity[];
  readonly notices: readonly string[];
  readonly started: { readonly pid: number; readonly startTime: string }[];
  /** Names of sessions that were told. */
  readonly opened: readonly string[];
  stop(): void;
  /** Resolves with the first activity that has this text. */
  said(text: string): Promise<void>;
  file(name: string): string;
}

/** Real sessions in a temp folder, on one backend at a time. */
export class SessionRig {
  readonly root = mkdtempSync(join(tmpdir(), 'teams-session-'));
  readonly runId = `run-${process.pid}-${Math.random().toString(36).slice(2)}`;
  #count = 0;

  script(steps: readonly object[]): BackendConfig {
    writeFileSync(join(this.root, 'script.json'), JSON.stringify({ planner: { default: steps } }));
    return { script: 'script.json' };
  }

  sh(script: string, more: { stdin?: 'prompt' | 'none'; env?: string[] } = {}): BackendConfig {
    return { command: ['sh', '-c', script], stdin: more.stdin ?? 'none', env: more.env ?? [] };
  }

  start(
    backend: BackendConfig,
    change: Partial<SessionRequest> = {},
    grace = DEFAULTS.timeouts.grace,
  ): Running {
    const folder = join(this.root, `session-${++this.#count}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'prompt.md'), 'the prompt\n');
    writeFileSync(join(folder, 'epic.json'), '{}');
    const request: SessionRequest = {
      role: 'planner',
      runId: this.runId,
      epicId: 'EPIC-001',
      attempt: 1,
      backend: 'mine',
      model: null,
      models: {},
      worktree: this.root,
      folder,
      promptFile: join(folder, 'prompt.md'),
      epicFile: join(folder, 'epic.json'),
      resultPath: join(folder, 'result.json'),
      prdFile: join(this.root, 'prd.json'),
      limits: { total: 60_000, idle: 60_000 },
      resume: null,
      ...change,
    };
    const config: Config = {
      ...DEFAULTS,
      timeouts: { ...DEFAULTS.timeouts, grace },
      backends: { mine: backend },
    };
    const activities: Activity[] = [];
    const notices: string[] = [];
    const started: Running['started'] = [];
    const opened: string[] = [];
    const waiting: { text: string; resolve: () => void }[] = [];
    const abort = new AbortController();
    const watch = {
      started: (process: { pid: number; startTime: string }) => void started.push(process),
      notice: (text: string) => void notices.push(text),
      opened: (sessionId: string) => void opened.push(sessionId),
      activity: (activity: Activity) => {
        activities.push(activity);
        for (const { text, resolve } of waiting) if (activity.text === text) resolve();
      },
    };
    return {
      request,
      activities,
      notices,
      started,
      opened,
      end: createSessions({ config, root: this.root }).run(request, watch, abort.signal),
      stop: () => abort.abort(),
      said: (text) =>
        new Promise((resolve) => {
          if (activities.some((activity) => activity.text === text)) resolve();
          else waiting.push({ text, resolve });
        }),
      file: (name) => readFileSync(join(folder, name), 'utf8'),
    };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
