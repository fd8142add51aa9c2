import { Fleet } from "../../simulator/index.js";
import { SEED, TestServer } from "./server.js";

/**
 * Parallel jobs that share one token, and a server on the token's own time: each takes an unused code
 * and logs in with it.
 * @returns how many were accepted, and how many were not, over all repeats
 */
export async function sharedToken(
  jobs: number,
  repeats: number,
  onRepeat: () => void = () => undefined,
): Promise<{ accepted: number; refused: number }> {
  const seed = { ...SEED, expiry: undefined };
  const server = await TestServer.start([seed]);
  const fleet = new Fleet({ at: server.now / 1000, isolation: "scope" });
  const token = fleet.add(seed);
  const count = { accepted: 0, refused: 0 };
  const job = () =>
    token.withUnusedCode(async (code) => {
      // The test-only clock: the server reads the fleet's time.
      server.now = Math.floor(fleet.time.now * 1000);
      const verdict = await server.verify(code);
      if (verdict.accepted === true) count.accepted++;
      else count.refused++;
    });
  for (let repeat = 0; repeat < repeats; repeat++) {
    await Promise.all(Array.from({ length: jobs }, job));
    onRepeat();
  }
  await server.close();
  return count;
}
