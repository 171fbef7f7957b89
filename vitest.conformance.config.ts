import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest file last would run alone: nobody else's waits would be of use. */
class SlowestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const slow = (file: TestSpecification): boolean => file.moduleId.endsWith('/opencode.conformance.ts');
    return Promise.resolve(files.toSorted((a, b) => Number(slow(b)) - Number(slow(a))));
  }
}

/** Real agent CLIs against a scripted model: `npm run test:backends`. */
export default defineConfig({
  test: {
    include: ['tests/conformance/**/*.conformance.ts'],
    globalSetup: ['tests/conformance/isolate/setup.ts'],
    sequence: { sequencer: SlowestFirst },
    // A CLI on a busy machine takes seconds to start: the limit only catches hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    // Much of their time is waiting.
    maxWorkers: 3,
  },
});
