import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, onTestFinished } from "vitest";

const made = (): string => mkdtempSync(join(tmpdir(), "warifu-test-"));
const gone = (path: string) => (): void => {
  rmSync(path, { recursive: true, force: true });
};

/** A directory of the test that runs, or that a beforeEach prepares: gone when the test is, failed or not. */
export function testDirectory(): string {
  const path = made();
  onTestFinished(gone(path));
  return path;
}

/** A directory of all tests of a describe, or of a file, within which this is called. */
export function suiteDirectory(): string {
  const path = made();
  afterAll(gone(path));
  return path;
}

/**
 * A database that is made once, and of which each test has a copy.
 * @param make puts it into a file
 * @returns the copy's path
 */
export function copiedDatabase(make: (path: string) => Promise<unknown>): () => string {
  const original = join(suiteDirectory(), "store.db");
  beforeAll(() => make(original));
  let copy: string;
  beforeEach(() => {
    copy = join(testDirectory(), "store.db");
    copyFileSync(original, copy);
  });
  return () => copy;
}
