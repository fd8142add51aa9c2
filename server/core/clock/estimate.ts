import { PERIOD } from "../../../firmware/otp/totp.js";
import { area, type Line, type Span, top } from "./envelope.js";

/** What a bank assumes of its tokens' clocks; see server/README.md for the physics. */
export interface ClockPolicy {
  /** Parts per million that a new token's crystal may be off by, unless its import says otherwise. */
  readonly ppm: number;
  /** Parts per million that temperature and ageing move a token's rate about its constant one. */
  readonly noisePpm: number;
  /** Seconds by which the servers' own clocks may differ. */
  readonly slack: number;
  /** Seconds beyond a minute that a code may take to arrive, if it is accepted, and yet teach nothing wrong. */
  readonly late: number;
}

/** A moment, Unix seconds, and what the clock's offset was then at most, or at least: seconds. */
export interface ClockBound {
  readonly at: number;
  readonly offset: number;
}

/**
 * All that is known of a token's clock: the set of offsets (the token's time less the server's) and
 * constant rates under which everything seen of it could have been seen. In the plane of offset and
 * rate it is a convex polygon. Its sides are the rates' limits and the bounds seen at one moment or
 * another, each carried to the present: a bound of `age` seconds ago has moved by
 * `rate * age`, and by up to `noise * age` to the far side.
 *
 * No distribution is assumed: what is outside of the set is impossible, what is inside is possible.
 * So it never loses the truth as long as the policy's assumptions hold, and each observation can only
 * make it smaller. To forget a bound makes it larger, which is safe too.
 */
export interface ClockEstimate {
  /** What the token's crystal may be off by, parts per million: for a new beginning. */
  readonly ppm: number;
  /** The constant rate's limits, parts per million. */
  readonly slowest: number;
  readonly fastest: number;
  readonly ceilings: readonly ClockBound[];
  readonly floors: readonly ClockBound[];
}

/** The offsets a clock may have, seconds. */
export interface OffsetRange {
  readonly lowest: number;
  readonly highest: number;
}

/** Seconds that reading and typing a code may take: at most one step (RFC 6238 section 5.2). */
export const READING = PERIOD;

/** Bounds kept of each kind; the study in test/bench/clock.ts measures what more would give. */
export const MAX_BOUNDS = 3;

/** Offsets are kept in these fractions of a second, rates in these of a part per million. */
export const OFFSET_UNITS = 64;
export const RATE_UNITS = 1000;

/** Parts per million that may be stated of a crystal, or of its noise; a store has no room for 8,389. */
export const MOST_PPM = 1000;

/** A clock of which nothing is known but where its offset lies at a moment. */
export function startClock(
  ppm: number,
  { lowest, highest }: OffsetRange,
  at: number,
  { noisePpm }: ClockPolicy,
): ClockEstimate {
  // What holds of a crystal on the bench holds of its constant rate but for the noise.
  const rate = roundUp(ppm + noisePpm, RATE_UNITS);
  const [floors, ceilings] = [[floorAt(at, lowest)], [ceilingAt(at, highest)]];
  return { ppm: roundUp(ppm, RATE_UNITS), slowest: -rate, fastest: rate, ceilings, floors };
}

/** Where a clock's offset may be at a time. @param now Unix seconds, also before what was seen */
export function offsetRange(
  clock: ClockEstimate,
  now: number,
  { noisePpm }: ClockPolicy,
): OffsetRange {
  const { slowest: from, fastest: to } = clock;
  return {
    lowest: -top(lines(mirrored(clock.floors), now, noisePpm), { from: -to, to: -from }),
    highest: top(lines(clock.ceilings, now, noisePpm), { from, to }),
  };
}

/** What a step tells that the token showed in the last minute: the read clock's offset lies here. */
export function seen(steps: StepsSeen, now: number, { slack, late }: ClockPolicy): OffsetRange {
  return {
    lowest: steps.first * PERIOD - now - slack,
    highest: (steps.last + 1) * PERIOD + READING + late - now + slack,
  };
}

/** The step a token showed, or several of which one was. */
export interface StepsSeen {
  readonly first: number;
  readonly last: number;
}

/**
 * What is known of a clock once one of its codes was accepted. The steps must be among those the
 * estimate allows at that time: then some clock of the set could have shown them, and the new set has
 * it. Two bounds limit the rate: from a floor to a later ceiling the offset has grown by no more than
 * their difference, so the mean rate between them is no more than that by the time, and the constant
 * rate no more than the mean and the noise.
 */
export function learn(
  clock: ClockEstimate,
  steps: StepsSeen,
  now: number,
  policy: ClockPolicy,
): ClockEstimate {
  const { noisePpm } = policy;
  const { lowest, highest } = seen(steps, now, policy);
  const [floor, ceiling] = [floorAt(now, lowest), ceilingAt(now, highest)];
  const [floors, ceilings] = [
    [...clock.floors, floor],
    [...clock.ceilings, ceiling],
  ];
  let { slowest, fastest } = clock;
  const limit = (from: ClockBound, to: ClockBound): void => {
    const time = to.at - from.at;
    const mean = ((to.offset - from.offset) / time) * 1e6;
    if (time > 0) fastest = Math.min(fastest, roundUp(mean + noisePpm, RATE_UNITS));
    if (time < 0) slowest = Math.max(slowest, 0 - roundUp(noisePpm - mean, RATE_UNITS));
  };
  // Pairs of bounds from before have limited it already.
  for (const each of clock.floors) limit(each, ceiling);
  for (const each of clock.ceilings) limit(floor, each);
  const [rates, negated] = [
    { from: slowest, to: fastest },
    { from: -fastest, to: -slowest },
  ];
  return {
    ppm: clock.ppm,
    slowest,
    fastest,
    ceilings: fewer(ceilings, rates, noisePpm),
    floors: mirrored(fewer(mirrored(floors), negated, noisePpm)),
  };
}

/**
 * Drops ceilings until few are left, each time the one without which the set of possible clocks grows by
 * the smallest area: by none where others are tighter everywhere. After the newest bound all of them move
 * alike, so which one that is does not change with time.
 */
function fewer(bounds: readonly ClockBound[], rates: Span, noisePpm: number): ClockBound[] {
  const kept = [...bounds];
  const newest = bounds.reduce((latest, { at }) => Math.max(latest, at), -Infinity);
  const carried = lines(bounds, newest, noisePpm);
  while (kept.length > MAX_BOUNDS) {
    let missed = 0;
    let smallest = Infinity;
    for (let index = 0; index < kept.length; index++) {
      const grown = area(carried, rates, index);
      if (grown >= smallest) continue;
      missed = index;
      smallest = grown;
    }
    kept.splice(missed, 1);
    carried.splice(missed, 1);
  }
  return kept;
}

/** Ceilings carried to a time: what each allows, by the rate in parts per million. */
function lines(bounds: readonly ClockBound[], now: number, noisePpm: number): Line[] {
  return bounds.map(({ at, offset }) => {
    const age = (now - at) / 1e6;
    return { base: offset + noisePpm * Math.abs(age), slope: age };
  });
}

/** Floors as ceilings, and back: what is said of the negative offset, under the negative rate. */
function mirrored(bounds: readonly ClockBound[]): ClockBound[] {
  return bounds.map(({ at, offset }) => ({ at, offset: 0 - offset }));
}

/**
 * A ceiling as it is kept: of a whole second, rounded outward. One unit more is for the half second by
 * which its time was moved, over which no clock of 1000 ppm moves by more than a twentieth of that.
 */
function ceilingAt(at: number, offset: number): ClockBound {
  return { at: Math.round(at), offset: roundUp(offset, OFFSET_UNITS) + 1 / OFFSET_UNITS };
}

function floorAt(at: number, offset: number): ClockBound {
  return { at: Math.round(at), offset: 0 - ceilingAt(at, -offset).offset };
}

function roundUp(value: number, units: number): number {
  return Math.ceil(value * units) / units;
}
