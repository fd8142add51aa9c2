import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** A mutant is caught by the first test that fails: those that draw at random, which take long, come last. */
class ExamplesFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const late = ({ moduleId }: TestSpecification) =>
      Number(/clock|chain|properties/.test(moduleId));
    return Promise.resolve(files.sort((one, other) => late(one) - late(other)));
  }
}

/** The tests of the token's mathematics and of the server's rules: none that opens a store or a port. */
export default defineConfig({
  test: {
    include: [
      "test/firmware/{hash,record}.test.ts",
      "test/server/{audit-chain,book,clock,core,envelope,policy-file,restored}.test.ts",
      "test/server/properties/{codes,time,users}.test.ts",
      "test/server/rules/*.test.ts",
    ],
    // One worker for all files: starting one for each would cost more than the tests.
    isolate: false,
    pool: "threads",
    sequence: { sequencer: ExamplesFirst },
    testTimeout: 120_000,
  },
});
