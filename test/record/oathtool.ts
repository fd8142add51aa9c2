// Records what oathtool answers for a thousand random seeds and steps.
// Run: npm run record:oathtool (needs oathtool, of the Debian package of the same name)
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { SeededRandom } from "../support/random.js";

const random = new SeededRandom("warifu vectors");
const version = execFileSync("oathtool", ["--version"], { encoding: "utf8" }).split("\n")[0]!;
const vectors = Array.from({ length: 1000 }, (_, index) => {
  const algorithm = random.pick(["SHA1", "SHA1", "SHA256", "SHA512"]);
  const seed = Buffer.from(random.bytes(16 + random.below(49))).toString("hex");
  // Every fourth step lies about 2^31, where a signed 32-bit counter would break.
  const step = index % 4 === 0 ? 2 ** 31 - 1000 + random.below(2001) : random.below(2 ** 31 + 1001);
  const mode = `--totp=${algorithm.toLowerCase()}`;
  const args = [mode, "--time-step-size=60s", `--now=@${String(step * 60)}`, "--digits=6", seed];
  const code = execFileSync("oathtool", args, { encoding: "utf8" }).trim();
  return { algorithm, seed, step, code };
});
const origin = `${version}: oathtool --totp=ALGORITHM --time-step-size=60s --now=@(60*step) --digits=6 SEED; recorded by npm run record:oathtool`;
writeFileSync(
  new URL("../vectors/random-oathtool.json", import.meta.url),
  `{\n  "origin": ${JSON.stringify(origin)},\n  "vectors": [\n${vectors.map((vector) => `    ${JSON.stringify(vector)}`).join(",\n")}\n  ]\n}\n`,
);
