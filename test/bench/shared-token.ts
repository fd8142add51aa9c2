// 100 parallel jobs that share one token, a thousand times: none is refused.
// Run: npm run bench:shared-token [repeats]
import { sharedToken } from "../support/shared-token.js";

const repeats = Number(process.argv[2] ?? 1000);
const started = performance.now();
let done = 0;
const { accepted, refused } = await sharedToken(100, repeats, () => {
  done++;
  if (done % 50 === 0) process.stderr.write(`${String(done)} of ${String(repeats)}\n`);
});
const seconds = Math.round((performance.now() - started) / 1000);
process.stdout.write(`${JSON.stringify({ jobs: 100, repeats, accepted, refused, seconds })}\n`);
if (refused > 0) process.exitCode = 1;
