import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import { readPolicy } from "../../server/policy-file.js";
import { testDirectory } from "../support/directory.js";

let directory: string;
beforeEach(() => {
  directory = testDirectory();
});
const policyOf = (text: string) => {
  const path = join(directory, "policy.json");
  writeFileSync(path, text);
  return readPolicy(path);
};

describe("a bank's policy", () => {
  it("is the default where nothing is stated", () => {
    expect(readPolicy(undefined)).toBe(DEFAULT_POLICY);
    expect(policyOf("{}")).toEqual(DEFAULT_POLICY);
  });

  it("has what is stated in place of the default, also inside", () => {
    const policy = policyOf(
      '{"maxFailures": 3, "peerMasterUnlock": false, "registrationDelay": {"delay": 60}, "expiryNoticeDays": [14]}',
    );
    expect(policy).toEqual({
      ...DEFAULT_POLICY,
      maxFailures: 3,
      peerMasterUnlock: false,
      registrationDelay: { ...DEFAULT_POLICY.registrationDelay, delay: 60 },
      expiryNoticeDays: [14],
    });
  });

  it.each([
    ["{", "is not JSON"],
    ["[]", "--policy: must be an object"],
    ['{"maxFailures": "3"}', "maxFailures: must be a whole number"],
    ['{"maxFailures": -1}', "maxFailures: must be a whole number"],
    ['{"peerMasterUnlock": 1}', "peerMasterUnlock: must be true or false"],
    ['{"registrationDelay": 60}', "registrationDelay: must be an object"],
    ['{"expiryNoticeDays": []}', "expiryNoticeDays: must be a list"],
    ['{"expiryNoticeDays": [1.5]}', "expiryNoticeDays: must be a whole number"],
    ['{"maxFailures": 5, "maxFailures": 50}', "maxFailures: stands twice in the policy"],
    ['{"hourlyFailures": {"key": 0}}', "hourlyFailures key: must be a whole number from 1"],
    ['{"clock": {"ppm": 1001}}', "clock ppm: must be a whole number from 0 to 1000"],
    ['{"clock": {"noisePpm": 1001}}', "clock noisePpm: must be a whole number from 0 to 1000"],
    ['{"maxFailures": 0}', "maxFailures: must be a whole number from 1 to 100"],
    ['{"maxConfirmationFailures": 0}', "maxConfirmationFailures: must be a whole number from 1"],
    ['{"resyncSteps": 9007199254740991}', "resyncSteps: must be a whole number from 0 to 14400"],
    ['{"userResyncSteps": 14401}', "userResyncSteps: must be a whole number from 0 to 14400"],
    ['{"registrationDelay": {"until": 86401}}', "registrationDelay until: must be a whole number"],
    ['{"expiryNoticeDays": [30, 3651]}', "expiryNoticeDays: must be a whole number from 0 to 3650"],
    ['{"traffic": {"key": {"perSecond": 1e10}}}', "traffic key perSecond: must be a whole number"],
    ['{"maxFailure": 3}', "maxFailure: is no part of the policy"],
  ])("%s is refused: %s", (text, message) => {
    expect(() => policyOf(text)).toThrow(message);
  });

  it("may be the default, stated", () => {
    expect(policyOf(JSON.stringify(DEFAULT_POLICY))).toEqual(DEFAULT_POLICY);
  });

  it("that is not there is refused", () => {
    expect(() => readPolicy(join(directory, "none.json"))).toThrow("cannot be read");
  });
});
