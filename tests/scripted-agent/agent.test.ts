import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prdSchema } from '../../src/domain/prd.ts';
import { leadResultSchema, mergerResultSchema } from '../../src/domain/result.ts';
import { validatorAnswerSchema } from '../../src/domain/verdict.ts';
import { AgentRig, EPIC } from './agent-rig.ts';

let rig: AgentRig;
beforeEach(() => {
  rig = new AgentRig();
});
afterEach(() => rig.repo.remove());

const lead = (...steps: object[]): object => ({ 'team-lead': { default: steps } });
const parsed = (text: string | null) => leadResultSchema.parse(JSON.parse(text ?? 'null'));

describe('a lead', () => {
  it('without a script does every story that is to do', () => {
    const end = rig.run(null);
    expect(end.exitCode).toBe(0);
    expect(rig.subjects()).toEqual(['EPIC-001 US-002: Log out', 'EPIC-001 US-001: Login form', 'Start']);
    expect(rig.read('docs/EPIC-001/US-001.md')).toBe(
      '# Login form\n\n- there is a form\n- it says why it fails\n',
    );
    expect(parsed(end.result)).toEqual({
      epicId: 'EPIC-001',
      stories: {
        'US-001': { passes: true, failureReason: null, commit: rig.repo.git('rev-parse', 'HEAD~1') },
        'US-002': { passes: true, failureReason: null, commit: rig.repo.git('rev-parse', 'HEAD') },
      },
    });
    expect(rig.repo.git('status', '--porcelain')).toBe('');
    expect(end.activities.map(({ text }) => text)).toContain(
      'team-lead EPIC-001 attempt 1: read a prompt of 6 characters',
    );
  });

  it.each([
    ['without a script', null],
    ['asked for each story', lead({ story: 'each', write: { 'a.txt': 'a' } })],
    ['asked for one that is done', lead({ story: 'US-001', write: { 'a.txt': 'a' } })],
  ])('%s and with none to do says so', (_, script) => {
    const end = rig.run(script, { input: { epic: EPIC, todo: [] } });
    expect([end.exitCode, parsed(end.result)]).toEqual([0, { epicId: 'EPIC-001', stories: {} }]);
    expect(rig.subjects()).toEqual(['Start']);
  });

  it('uses the commit of an interrupted attempt again, and makes a new one for a change', () => {
    const base = rig.repo.git('rev-parse', 'HEAD');
    const input = { epic: EPIC, todo: ['US-001'], base };
    const script = lead({
      story: 'US-001',
      write: { 'a.txt': '{epic} {story} {other}' },
      append: { 'list.txt': '- {story}\n' },
    });
    const first = rig.run(script, { input });
    expect(rig.run(script, { input }).result).toBe(first.result);
    expect(rig.subjects()).toHaveLength(2);
    expect(rig.read('a.txt')).toBe('EPIC-001 US-001 {other}');
    rig.run(lead({ story: 'US-001', write: { 'a.txt': 'better' } }), { input });
    expect(rig.subjects()).toEqual(['EPIC-001 US-001: Login form', 'EPIC-001 US-001: Login form', 'Start']);
    // What is older than the branch is nobody's work of this run.
    const later = { ...input, base: rig.repo.git('rev-parse', 'HEAD') };
    const stale = rig.run(lead({ story: 'US-001', write: { 'a.txt': 'better' } }), { input: later });
    expect(parsed(stale.result).stories['US-001']).toEqual({
      passes: false,
      failureReason: 'the script changes nothing for this story',
    });
  });

  it('leaves stories alone that passed before', () => {
    const script = lead({ story: 'US-001', write: { a: '1' } }, { story: 'US-002', write: { b: '2' } });
    const end = rig.run(script, { input: { epic: EPIC, todo: ['US-002'] } });
    expect(Object.keys(parsed(end.result).stories)).toEqual(['US-002']);
  });

  it('does what its attempt says; the last one repeats; interrupted ones do not count', () => {
    const plan = { 1: [{ exit: 11 }], 3: [{ exit: 13 }] };
    const script = { 'team-lead': { default: [{ exit: 9 }], epics: { 'EPIC-001': plan } } };
    const codes = [1, 2, 3, 9].map((attempt) => rig.run(script, { attempt }).exitCode);
    expect(codes).toEqual([11, 11, 13, 13]);
    expect(rig.run(script, { attempt: 9, input: { failures: 0 } }).exitCode).toBe(11);
    expect(rig.run({ 'team-lead': { epics: { OTHER: [{ exit: 9 }] } } }).exitCode).toBe(0);
  });

  it('takes YAML as well', () => {
    const script =
      'team-lead:\n  default:\n    - story: each\n      write:\n        "{story}.txt": |\n          {story}\n';
    expect(rig.run(script, { file: 'script.yml' }).exitCode).toBe(0);
    expect(rig.read('US-002.txt')).toBe('US-002\n');
  });

  it('can be wrong in every way', () => {
    const head = rig.repo.git('rev-parse', 'HEAD');
    const end = rig.run(
      lead(
        { commit: 'empty one', empty: true },
        { pass: 'US-001' },
        { pass: 'US-002', commit: 'HEAD~1' },
        { pass: 'US-003', commit: '0123456789012345678901234567890123456789' },
        { lie: 'US-004' },
        { fail: 'US-005', reason: 'too hard' },
        { foreignResult: 'EPIC-002' },
        { write: { '{root}/outside.txt': 'out', 'left.txt': 'uncommitted' } },
        { exit: 3 },
      ),
    );
    expect(end.exitCode).toBe(3);
    expect(parsed(end.result)).toEqual({
      epicId: 'EPIC-002',
      stories: {
        'US-001': { passes: true, failureReason: null, commit: rig.repo.git('rev-parse', 'HEAD') },
        'US-002': { passes: true, failureReason: null, commit: head },
        'US-003': { passes: true, failureReason: null, commit: '0123456789012345678901234567890123456789' },
        'US-004': { passes: true, failureReason: null },
        'US-005': { passes: false, failureReason: 'too hard' },
      },
    });
    expect(rig.repo.git('status', '--porcelain')).toBe('?? left.txt');
    expect(rig.read('../session/outside.txt')).toBe('out');
  });

  it('can spoil its result', () => {
    expect(rig.run(lead({ corruptResult: '{"epicId": nope' })).result).toBe('{"epicId": nope');
    expect(rig.run(lead({ hugeResult: 2_000_000 })).result?.length).toBeGreaterThan(2_000_000);
  });

  it('gives up when a program fails, unless it may', () => {
    const end = rig.run(
      lead({ run: ['sh', '-c', 'echo out; exit 4'], mayFail: true }, { run: ['sh', '-c', 'exit 5'] }),
    );
    expect(end).toMatchObject({ exitCode: 1, result: null });
    expect(end.stderr).toBe('out\nscripted agent: sh ended with exit code 5\n');
  });

  it('ends when nobody reads any more', () => {
    const end = rig.run(lead({ flood: 50_000_000 }, { write: { 'after.txt': '' } }), {
      through: 'head -n 1',
    });
    expect(end.exitCode).toBe(0);
    expect(rig.repo.git('status', '--porcelain')).toBe('');
    expect(end.stderr).toBe('');
  });
});

describe('a merger', () => {
  function conflict(): void {
    const { repo } = rig;
    repo.commit({ 'list.txt': 'top\nbottom\n' });
    repo.git('checkout', '-q', '-b', 'theirs');
    repo.commit({ 'list.txt': 'top\ntheirs\nbottom\n' });
    repo.git('checkout', '-q', 'main');
    repo.commit({ 'list.txt': 'top\nours\nbottom\n' });
    expect(() => repo.git('merge', '--no-commit', 'theirs')).toThrow();
  }
  const input = { epic: EPIC, conflicts: ['list.txt'], findings: [] };

  it.each([
    ['without a script, both sides', null, 'top\nours\ntheirs\nbottom\n'],
    ['ours', { merger: { default: [{ resolve: 'ours' }] } }, 'top\nours\nbottom\n'],
    ['theirs', { merger: { default: [{ resolve: 'theirs' }] } }, 'top\ntheirs\nbottom\n'],
    ['files', { merger: { default: [{ resolve: { 'list.txt': 'own\n' } }] } }, 'own\n'],
  ])('resolves and commits: %s', (_name, script, content) => {
    conflict();
    const end = rig.run(script, { role: 'merger', input });
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    expect(mergerResultSchema.parse(JSON.parse(end.result ?? '')).resolved).toBe(true);
    expect(rig.read('list.txt')).toBe(content);
    expect(rig.repo.git('status', '--porcelain')).toBe('');
    expect(rig.repo.git('rev-parse', 'HEAD^2')).toBe(rig.repo.git('rev-parse', 'theirs'));
  });
});

describe('a final validator', () => {
  const given = (exitCode: number) => ({
    prd: { epics: [EPIC] },
    range: { from: 'a', to: 'b' },
    checks: [{ command: 'npm test', exitCode }],
  });
  const run = (script: object | null, input: object) => {
    const end = rig.run(script, { role: 'final-validator', input, env: { TEAMS_EPIC_ID: '' } });
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    return validatorAnswerSchema.parse(JSON.parse(end.result ?? ''));
  };

  it('judges by the checks', () => {
    expect(run(null, given(0))).toMatchObject({
      verdict: 'pass',
      tests: 'pass',
      findings: [],
      coverage: [{ storyId: 'US-001', verdict: 'pass' }, { storyId: 'US-002' }],
    });
    expect(run(null, given(1))).toMatchObject({
      verdict: 'fail',
      tests: 'fail',
      findings: [{ severity: 'blocker', title: 'The check fails: npm test' }],
    });
    expect(run(null, { prd: { epics: [] } }).tests).toBe('na');
  });

  it('says what the script says, true or not', () => {
    const script = { 'final-validator': { default: [{ verdict: 'pass', tests: 'pass' }] } };
    expect(run(script, given(1))).toMatchObject({ verdict: 'pass', tests: 'pass' });
    const raw = rig.run(
      { 'final-validator': { default: [{ verdict: { phase: 'x' } }] } },
      { role: 'final-validator' },
    );
    expect(JSON.parse(raw.result ?? '')).toEqual({ phase: 'x' });
  });
});

describe('an author', () => {
  it('answers its own questions where nobody can be asked', () => {
    const end = rig.run(
      {
        author: {
          default: [
            { ask: 'What?', as: 'idea', otherwise: 'A shop' },
            { ask: 'For whom?', as: 'whom' },
            { result: { project: '{idea}', tags: ['for {whom}', 3, '{other}'], deep: { '{idea}': null } } },
          ],
        },
      },
      { role: 'author' },
    );
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(end.result ?? '')).toEqual({
      project: 'A shop',
      tags: ['for ', 3, '{other}'],
      deep: { '{idea}': null },
    });
  });

  it('writes a PRD when the script has nothing for it', () => {
    const { result } = rig.run(null, { role: 'author' });
    expect(prdSchema.parse(JSON.parse(result ?? '')).epics).toHaveLength(1);
  });
});

describe('a script that is wrong', () => {
  it('is refused with every problem and its place', () => {
    const script = {
      'team-lead': {
        default: [{ wrte: { a: 'b' } }, { story: 'each', fils: {} }, { sleep: 'soon' }],
        epics: { E: { 1: [{ exit: 300 }] } },
      },
      lead: {},
    };
    const end = rig.run(script);
    expect(end).toMatchObject({ exitCode: 2, result: null });
    const lines = end.stderr.split('\n');
    expect(lines[0]).toBe(`scripted agent: ${join(rig.folder, 'script')} is not a valid script:`);
    expect(lines.slice(1, -1).map((line) => line.trim())).toEqual([
      expect.stringMatching(/^team-lead\.default\.0: not a step; a step has one of write, append, /),
      'team-lead.default.1: Unrecognized key: "fils"',
      expect.stringMatching(/^team-lead\.default\.2\.sleep: /),
      'team-lead.epics.E.1.0.exit: Too big: expected number to be <=255',
      'the script: Unrecognized key: "lead"',
    ]);
  });

  it.each([
    ['{"team-lead": ', 'script.json', /is not JSON: /],
    ['a: [', 'script.yml', /is not YAML: /],
  ])('is refused when it cannot be read: %s', (text, file, message) => {
    const end = rig.run(text, { file });
    expect(end.exitCode).toBe(2);
    expect(end.stderr).toMatch(message);
  });

  it('or a start without the contract', () => {
    const end = rig.run(null, { env: { TEAMS_RESULT_PATH: '' } });
    expect(end.exitCode).toBe(2);
    expect(end.stderr).toBe(
      'scripted agent: TEAMS_RESULT_PATH is not set; teams sets it for every session\n',
    );
  });
});
