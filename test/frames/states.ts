import { codeGenerator } from "../../firmware/otp/totp.js";
import { encodeRecord } from "../../firmware/seedfile/encode-record.js";
import { nodeHash } from "../../server/hashes.js";
import type { HashName } from "../../simulator/hash.js";
import type { Step, Trace } from "../live/interpreter.js";

/** A trace whose frames are kept, with a name for each look at the display. */
export interface NamedTrace extends Trace {
  readonly name: string;
}

const SEED = Buffer.from("12345678901234567890"); // RFC 4226 appendix D
const EXPIRY = Date.UTC(2031, 2, 30, 23) / 1000; // 08:00 on 31 March 2031 in Japan
const MORNING = Date.UTC(2026, 10, 23, 1, 23, 0) / 1000;

const LOOK: Step = [0.05, null];
const PRESS: readonly Step[] = [
  [0, true],
  [0.1, false],
];

/** Holds the button until the information page of a number, and lets it go. */
const holdTo = (page: number): Step[] => [
  [0, true],
  [0.05 + 1.5 * page, false],
];

const sha1 = (message: Uint8Array): Uint8Array => nodeHash(1).digest(message) as Uint8Array;

export function record(fields: Partial<Parameters<typeof encodeRecord>[0]> = {}): Uint8Array {
  return encodeRecord(
    { serial: "12345678", seed: SEED, algorithm: 1, start: 0, expiry: EXPIRY, trim: 0, ...fields },
    sha1,
  );
}

function trace(name: string, steps: readonly Step[], given: Partial<Trace> = {}): NamedTrace {
  const hashes: readonly HashName[] = ["SHA1"];
  const usual = { board: "pixljs", record: record(), start: MORNING, battery: 87, hashes };
  return { name, ...usual, steps, ...given };
}

/** Codes that together show every digit in every place. */
function digitTraces(): NamedTrace[] {
  const code = codeGenerator(nodeHash(1), SEED);
  const seen = new Set<string>();
  const traces: NamedTrace[] = [];
  for (let step = 0; seen.size < 60; step++) {
    const fresh = [...code(step)].map((digit, place) => `${digit}${String(place)}`);
    if (!fresh.some((pair) => !seen.has(pair))) continue;
    for (const pair of fresh) seen.add(pair);
    const start = step * 60 + 7;
    traces.push(trace(`code of step ${String(step)}`, [...PRESS, LOOK], { start }));
  }
  return traces;
}

/** The bar from 60 seconds down to 1, and into the next minute. */
function barTraces(): NamedTrace[] {
  const seconds = Array.from({ length: 30 }, (): Step => [1, null]);
  return [
    trace("bar, first half minute", [...PRESS, LOOK, ...seconds], { start: MORNING }),
    trace("bar, second half minute", [...PRESS, LOOK, ...seconds], { start: MORNING + 30 }),
  ];
}

function pageTraces(): NamedTrace[] {
  const tenDigits = record({ serial: "0123456789", expiry: 0, trim: -20_000 });
  const twelveDigits = record({ serial: "987654321098", trim: 250_000 });
  return [
    ...[1, 2, 3, 4, 5].map((page) =>
      trace(`page ${String(page)}, held`, [...holdTo(page), LOOK, [1, null]]),
    ),
    trace("pages, a press each", [
      ...holdTo(1),
      ...Array.from({ length: 6 }, () => [...PRESS, LOOK]).flat(),
    ]),
    trace("pages of a token without expiry", [...holdTo(1), LOOK, ...PRESS, LOOK], {
      record: tenDigits,
    }),
    trace("pages of a twelve-digit serial", [...holdTo(1), LOOK], { record: twelveDigits }),
    trace("pages without a record", [...holdTo(1), LOOK, ...PRESS, LOOK, ...PRESS, LOOK], {
      record: undefined,
    }),
    ...[0, 9, 100].map((battery) =>
      trace(`battery at ${String(battery)} %`, [...holdTo(4), LOOK], { battery }),
    ),
    trace("a leap day on the clock", [...holdTo(3), LOOK], { start: Date.UTC(2028, 1, 29) / 1000 }),
    trace("a clock of the year 2106", [...holdTo(3), LOOK], {
      start: Date.UTC(2106, 1, 7, 6, 28, 16) / 1000,
      record: record({ expiry: 0 }),
    }),
  ];
}

function wordTraces(): NamedTrace[] {
  const damaged = record();
  damaged[45]! ^= 1;
  const all: readonly HashName[] = ["SHA1", "SHA256", "SHA512"];
  const look = [...PRESS, LOOK];
  return [
    trace("no record", look, { record: undefined }),
    trace("damaged record", look, { record: damaged }),
    trace("truncated record", look, { record: record().slice(0, 40) }),
    trace("clock lost", look, { record: record({ start: MORNING + 1 }) }),
    trace("clock at the record's start", look, { record: record({ start: MORNING }) }),
    trace("expired", look, { record: record({ expiry: MORNING }) }),
    trace("expires while lit", [...look, [2, null]], { record: record({ expiry: MORNING + 2 }) }),
    trace("no native SHA-1", [...look, ...holdTo(5), LOOK], { hashes: [] }),
    trace("no native SHA-256", look, { record: record({ algorithm: 2 }) }),
    trace("no native SHA-512", look, { record: record({ algorithm: 3 }) }),
    trace("native SHA-256", look, { record: record({ algorithm: 2 }), hashes: all }),
    trace("native SHA-512", look, { record: record({ algorithm: 3 }), hashes: all }),
  ];
}

function timeTraces(): NamedTrace[] {
  return [
    trace("dark after 32 seconds", [...PRESS, [31.8, null], [0.2, null], [5, null]]),
    trace("pressed again: the same code", [...PRESS, [33, null], ...PRESS, LOOK]),
    trace("into the next minute", [...PRESS, [0, null], [15, null]], { start: MORNING + 50 }),
    trace("a bounce too short to count", [
      [0, true],
      [0.01, false],
      [0.1, null],
    ]),
    trace("a stuck button", [
      [0, true],
      [31, null],
      [10, null],
      [300, null],
    ]),
  ];
}

/** Every state of a board whose frames are kept. */
export function namedTraces(board: string): NamedTrace[] {
  const traces = [
    ...digitTraces(),
    ...barTraces(),
    ...pageTraces(),
    ...wordTraces(),
    ...timeTraces(),
  ];
  return traces.map((each) => ({ ...each, board }));
}
