import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { factsOf, pidsWithEnvironment } from '../../../src/adapters/process/proc-fs.ts';
import { processes } from '../../../src/adapters/process/processes.ts';
import { HostRig } from './host-rig.ts';

let rig: HostRig;
beforeAll(async () => {
  rig = new HostRig();
  await rig.build();
});
afterEach(async () => {
  rig.killHosts();
  await processes.reap(rig.runId, []);
});
afterAll(() => rig.remove());

const alive = (): readonly number[] => pidsWithEnvironment([`TEAMS_RUN_ID=${rig.runId}`]);

describe('recovery', () => {
  it('ends what a killed teams left behind, in and outside of the group', async () => {
    const host = rig.start();
    const script = 'setsid sleep 1000 & env -i sleep 1000 & sleep 1000 & echo up; wait';
    host.send({ run: rig.request('a'), command: ['sh', '-c', script] });
    const { started } = (await host.next()) as { started: { pid: number; startTime: string } };
    await expect.poll(() => alive().length).toBe(3);
    host.kill();
    // The shell, two marked sleeps and, by the group alone, the one without a mark.
    expect(await processes.reap(rig.runId, [started])).toBe(4);
    expect(alive()).toEqual([]);
    expect(await processes.reap(rig.runId, [started])).toBe(0);
  });

  it('never touches a group whose number belongs to another process now', async () => {
    const host = rig.start();
    const request = rig.request('a');
    host.send({ run: request, command: ['sleep', '1000'] });
    const { started } = (await host.next()) as { started: { pid: number; startTime: string } };
    expect(await processes.reap('another-run', [{ ...started, startTime: '1' }])).toBe(0);
    expect(factsOf(started.pid)?.zombie).toBe(false);
    expect(await processes.startTimeOf(started.pid)).toBe(started.startTime);
  });

  it('spares itself and its ancestors when it runs inside of a session', async () => {
    const host = rig.start({ TEAMS_RUN_ID: rig.runId });
    host.send({ reap: rig.runId });
    expect(await host.next()).toEqual({ reaped: 0 });
  });
});

describe('memory', () => {
  it('stays flat with a session that writes 200 MB, and the log is bounded', async () => {
    const host = rig.start();
    const request = rig.request('flood');
    host.send({
      run: request,
      command: ['sh', '-c', 'yes "a line of some length" | head -c 200000000'],
    });
    await host.next();
    expect(await host.next()).toMatchObject({ end: { cause: 'exit', exitCode: 0 } });
    host.send({ memory: true });
    const { maxRssKb } = (await host.next()) as { maxRssKb: number };
    expect(maxRssKb).toBeLessThan(150_000);
    const log = statSync(join(request.folder, 'session.ndjson'));
    expect(log.size).toBeGreaterThan(64 * 1024 * 1024);
    expect(log.size).toBeLessThan(64 * 1024 * 1024 + 200);
  });

  it('stays flat with 32 streaming sessions', async () => {
    const host = rig.start();
    for (let i = 0; i < 32; i += 1) {
      host.send({
        run: rig.request(`s${i}`),
        command: ['sh', '-c', 'yes "a line of some length" | head -c 4000000'],
      });
    }
    for (let i = 0; i < 64; i += 1) await host.next();
    host.send({ memory: true });
    expect(((await host.next()) as { maxRssKb: number }).maxRssKb).toBeLessThan(150_000);
  });
});
