import { DEFAULTS } from '../../src/domain/config.ts';
import { prdSchema } from '../../src/domain/prd.ts';
import { readPrompts } from '../../src/adapters/prompt-files.ts';
import { beginRun } from '../../src/engine/begin.ts';
import { planRun } from '../../src/engine/plan-run.ts';
import { driveRun } from '../../src/engine/run.ts';
import { RunContext } from '../../src/engine/run-context.ts';
import { prd as prdText } from '../../tests/rig/prd.ts';
import type { Plan } from './corpus.ts';
import { VirtualClock } from './virtual-clock.ts';
import { START, virtualPorts } from './virtual-ports.ts';

const MINUTE = 60_000;

/** Drives a plan through the real engine on a virtual clock. Returns how long the run took, in minutes. */
export async function virtualRun(plan: Plan): Promise<number> {
  const clock = new VirtualClock();
  const ports = virtualPorts(plan, clock);
  const config = {
    ...DEFAULTS,
    backend: 'bench',
    parallel: plan.parallel,
    timeouts: { ...DEFAULTS.timeouts, run: Number.MAX_SAFE_INTEGER },
    validation: { ...DEFAULTS.validation, final: 'never' as const },
  };
  const prd = prdSchema.parse(JSON.parse(prdText(plan.epics)));
  const setting = {
    ports,
    config,
    prd,
    prdPath: 'prd.json',
    prompts: readPrompts(),
    protectedPaths: [],
  };
  const runId = 'bench';
  const wish = { runId, prd, prdPath: 'prd.json', config, scope: prd.epics, failFast: false, earlier: [] };
  const started = await planRun(ports.git, { ...wish, base: { ref: 'main', commit: START } });
  if (!started.ok) throw new Error(started.error.what);
  const ctx = new RunContext(setting, runId, null, []);
  await beginRun(ctx, started.value, {
    includesDirty: false,
    hasSubmodules: false,
    isSparse: false,
    snapshot: null,
    missing: [],
    lost: null,
  });
  const state = await clock.drive(driveRun(ctx));
  if (state.phase !== 'passed') throw new Error(`${plan.name} ended as ${state.phase}: ${state.endReason}`);
  return clock.now() / MINUTE;
}
