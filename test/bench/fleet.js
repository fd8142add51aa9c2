// What fleets of simulated tokens cost: memory and time, beside one HMAC of @noble/hashes a code. Over
// the built library, in processes that hold nothing else.
// Run: npm run bench:fleet
import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";
import { Fleet } from "warifu/simulator";

const AT = 1_800_000_030;
const DAY = 86_400;
const RUNS = 3;

function seedOf(index) {
  const secret = new Uint8Array(20);
  new DataView(secret.buffer).setUint32(0, index + 1);
  const dates = { start: undefined, expiry: undefined, timeDrift: 0 };
  return { serial: String(10_000_000 + index), secret, algorithm: "SHA1", ...dates };
}

/** A code by somebody else's HMAC, truncated by RFC 4226 section 5.3. */
function codeOf(secret, step) {
  const counter = new Uint8Array(8);
  new DataView(counter.buffer).setUint32(4, step);
  const mac = hmac(sha1, secret, counter);
  const number = new DataView(mac.buffer).getUint32(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
const megabytes = () => process.memoryUsage().rss / 2 ** 20;

/** Microseconds of one code by a bare HMAC. */
function hmacCost() {
  const secret = new Uint8Array(20).fill(1);
  for (let step = 0; step < 2000; step++) codeOf(secret, step);
  const started = cpuSeconds();
  for (let step = 0; step < 20_000; step++) codeOf(secret, step);
  return ((cpuSeconds() - started) / 20_000) * 1e6;
}

const BENCHES = {
  // All are pushed in one moment and lit together, each with its own right code.
  "10,000 tokens at once": () => {
    const fleet = new Fleet({ at: AT, isolation: "scope" });
    const before = megabytes();
    const seeds = Array.from({ length: 10_000 }, (_, index) => seedOf(index));
    for (const seed of seeds) fleet.add(seed);
    for (const token of fleet.tokens) token.hold();
    fleet.time.advance(0.05);
    const step = Math.floor(fleet.time.now / 60);
    const wrong = fleet.tokens.filter(
      (token, index) => token.display().code !== codeOf(seeds[index].secret, step),
    ).length;
    const rssMB = megabytes();
    return { wrong, rssMB, KBaToken: ((rssMB - before) * 1024) / 10_000 };
  },
  "a year of one token, five uses a day": async () => {
    const fleet = new Fleet({ at: AT, isolation: "scope" });
    const token = fleet.add(seedOf(0));
    const started = cpuSeconds();
    for (let use = 0; use < 365 * 5; use++) {
      await token.code();
      fleet.time.advance(DAY / 5);
    }
    return { cpuSeconds: cpuSeconds() - started, codes: 365 * 5 };
  },
  "a day of 1,000 tokens, five uses each": async () => {
    const fleet = new Fleet({ at: AT, isolation: "scope" });
    for (let index = 0; index < 1000; index++) fleet.add(seedOf(index));
    const started = cpuSeconds();
    for (let use = 0; use < 5; use++) {
      for (const token of fleet.tokens) await token.code();
      fleet.time.set(AT + (use + 1) * (DAY / 5));
    }
    return { cpuSeconds: cpuSeconds() - started, codes: 5000 };
  },
  "a strict context a token": async () => {
    const fleet = new Fleet({ at: AT });
    const before = megabytes();
    for (let index = 0; index < 200; index++) await fleet.add(seedOf(index)).code();
    return { KBaToken: ((megabytes() - before) * 1024) / 200 };
  },
  "start to first code": async () => {
    const started = performance.now();
    await new Fleet({ at: AT }).add(seedOf(0)).code();
    return { milliseconds: performance.now() - started };
  },
};

const asked = process.argv[2];
if (asked !== undefined) {
  const result = await BENCHES[asked]();
  const hmacMicroseconds = hmacCost();
  const { codes, cpuSeconds: cpu } = result;
  const ratio = codes ? { hmacsACode: (cpu * 1e6) / codes / hmacMicroseconds } : {};
  process.stdout.write(JSON.stringify({ ...result, ...ratio, hmacMicroseconds }));
} else {
  for (const name of Object.keys(BENCHES)) {
    const runs = Array.from({ length: RUNS }, () => {
      const self = fileURLToPath(import.meta.url);
      return JSON.parse(spawnSync(process.execPath, [self, name], { encoding: "utf8" }).stdout);
    });
    const medians = Object.keys(runs[0]).map((key) => {
      const values = runs.map((each) => each[key]).sort((one, other) => one - other);
      return `${key} ${values[1].toPrecision(3)}`;
    });
    process.stdout.write(`${name}: ${medians.join(", ")}\n`);
  }
}
