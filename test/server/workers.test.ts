import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { issueApiKey } from "../../server/api-keys.js";
import { DEFAULT_POLICY, shareOf } from "../../server/core/policy.js";
import { importSeeds } from "../../server/import-seeds.js";
import { openVault } from "../../server/open.js";
import { openSqlite } from "../../server/store/sqlite.js";
import { ServingProcess } from "../support/cli.js";
import { copiedDatabase } from "../support/directory.js";
import { codeOf, MASTER_KEY, SEED } from "../support/server.js";

const PROGRAM = fileURLToPath(new URL("../support/workers.ts", import.meta.url));

let key: string;
const database = copiedDatabase(async (path) => {
  const store = openSqlite(path);
  const seed = { ...SEED, start: 0, expiry: undefined };
  const caller = { actor: "test", source: undefined, at: Date.now() };
  await importSeeds(store, await openVault(store, MASTER_KEY), [seed], caller);
  ({ key } = await issueApiKey(store, "verify", {
    actor: "test",
    source: undefined,
    at: Date.now(),
  }));
  await store.close();
});

let parent: ServingProcess | undefined;
afterEach(async () => {
  await parent?.stop("SIGKILL");
  parent = undefined;
});

const start = (count: number, ...more: string[]) =>
  ServingProcess.start(
    [String(count), database(), ...more],
    {},
    { program: ["--import", "tsx", PROGRAM] },
  );

/** Sends a code over a connection of its own, so that the workers take turns. */
async function verify(url: string, code: string): Promise<Record<string, unknown>> {
  const reply = await fetch(`${url}/v1/verify`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${key}`,
      connection: "close",
    },
    body: JSON.stringify({ serial: SEED.serial, code }),
  });
  return (await reply.json()) as Record<string, unknown>;
}

const metrics = async (url: string): Promise<string> =>
  (await fetch(`${url}/metrics`, { headers: { connection: "close" } })).text();
const valueOf = (text: string, name: string): number =>
  Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length),
  );
const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
/** Who has answered, by what a worker's log says of its start. */
const workersOf = (output: string): number[] => [
  ...new Set([...output.matchAll(/^started (\d+)$/gm)].map(([, pid]) => Number(pid))),
];

describe("several workers behind one port", () => {
  it("say once that they are ready, accept a code once, and stop together", async () => {
    parent = await start(2);
    const { url } = parent;
    const code = codeOf(SEED, Date.now());
    const answers = await Promise.all(Array.from({ length: 40 }, () => verify(url, code)));
    expect(answers.filter(({ accepted }) => accepted === true)).toHaveLength(1);
    expect(answers.filter(({ reason }) => reason === "already_used")).toHaveLength(39);
    // Whichever answers, it tells what all have counted.
    for (let count = 0; count < 4; count++) {
      const text = await metrics(url);
      expect(valueOf(text, 'warifu_verifications_total{result="already_used"}')).toBe(39);
      expect(valueOf(text, 'warifu_tokens{state="usable"}')).toBe(1);
    }
    const workers = workersOf(parent.output);
    expect(workers).toHaveLength(2);
    expect(await parent.stop("SIGTERM")).toBe(0);
    expect(parent.output.match(/ready at/g)).toHaveLength(1);
    expect(workers.filter(alive)).toEqual([]);
  });

  it("start another for one that is killed, say so, and do not outlive their parent", async () => {
    parent = await start(2);
    const { url } = parent;
    const [killed] = workersOf(parent.output);
    process.kill(killed!, "SIGKILL");
    while (workersOf(parent.output).length < 3) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(parent.output).toContain('{"code":null,"signal":"SIGKILL","wait":1000}');
    expect(await verify(url, codeOf(SEED, Date.now()))).toMatchObject({ accepted: true });
    await parent.stop("SIGKILL");
    while (workersOf(parent.output).some(alive)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it("end at once where they cannot start", async () => {
    await expect(start(4, "break")).rejects.toThrow("it ended");
  });
});

it("the limits of all workers together are the bank's: what each may at once is rounded up", () => {
  const { hourlyFailures, traffic } = DEFAULT_POLICY;
  for (const count of [1, 2, 3, 7, 8, 64]) {
    const share = shareOf(DEFAULT_POLICY, count);
    expect(share.hourlyFailures.serial * count).toBeCloseTo(hourlyFailures.serial);
    expect(share.hourlyFailures.key * count).toBeCloseTo(hourlyFailures.key);
    expect(share.traffic.key).toEqual({ perSecond: 0, atOnce: 0 });
    for (const kind of ["stranger", "wrongKeys"] as const) {
      expect(share.traffic[kind].perSecond * count).toBeCloseTo(traffic[kind].perSecond);
    }
    for (const [atOnce, whole] of [
      [share.traffic.stranger.atOnce, traffic.stranger.atOnce],
      [share.traffic.wrongKeys.atOnce, traffic.wrongKeys.atOnce],
      [share.traffic.connections, traffic.connections],
      [share.traffic.connectionsOfAddress, traffic.connectionsOfAddress],
    ] as const) {
      expect(atOnce * count).toBeGreaterThanOrEqual(whole);
      expect(atOnce * count).toBeLessThan(whole + count);
    }
  }
});
