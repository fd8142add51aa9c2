/** Numbers of a seeded sequence (sfc32 of PractRand), from 0 to below 1. */
export function randomNumbers(seed: number): () => number {
  let [a, b, c, d] = [0, seed, 0, 1];
  const next = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

export const DAY = 86_400;
export const YEAR = 365.25 * DAY;
const HOUR = 3600;

/** The normal distribution's 99.5 % quantile. */
const Z995 = 2.5758;

/** Seconds between two uses: log-normal, an hour and 200 days its 0.5 % and 99.5 % quantiles, cut there. */
export function gap(random: () => number): number {
  const [shortest, longest] = [Math.log(HOUR), Math.log(200 * DAY)];
  const sigma = (longest - shortest) / 2 / Z995;
  for (;;) {
    // Box and Muller
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const drawn = (shortest + longest) / 2 + sigma * normal;
    if (drawn >= shortest && drawn <= longest) return Math.exp(drawn);
  }
}

/** ppm / °C², of a tuning-fork crystal about its turnover temperature. */
const PARABOLA = -0.034;
/** °C at the bench, where a crystal's error is stated and measured. */
const BENCH = 25;
/** Ageing is logarithmic: at most 3 ppm in the first year, and as much again in the next dozen. */
const FIRST_YEAR = 3;
const AGEING_SCALE = 30 * DAY;

interface Swing {
  readonly amplitude: number;
  readonly frequency: number;
  readonly phase: number;
}

/**
 * How a token's clock runs: seconds it is ahead, `age` seconds after it was set right at the bench.
 * The day's mean temperature lies from 16 to 28 °C: offices in Japan are kept at 18 to 28 °C
 * (事務所衛生基準規則), and are colder at night and on holidays. It swings with the year and with the
 * weather of some ten days; over the day it swings by up to 5 °C more either way. The crystal turns
 * over at 20 to 30 °C.
 * @param ppm the crystal's error at the bench, after its trim
 * @param swing what temperature and ageing do, of what they do to a plain crystal
 */
export function clockOf(random: () => number, ppm: number, swing = 1): (age: number) => number {
  const turnover = 20 + 10 * random();
  const year = 4 * random();
  const weather = 2 * random();
  const room = 6 - year - weather;
  const mean = 22 + room * (2 * random() - 1);
  const swings = [
    { amplitude: year, frequency: (2 * Math.PI) / YEAR, phase: 2 * Math.PI * random() },
    { amplitude: weather, frequency: (2 * Math.PI) / (10 * DAY), phase: 2 * Math.PI * random() },
    { amplitude: 5 * random(), frequency: (2 * Math.PI) / DAY, phase: 2 * Math.PI * random() },
  ];
  const atBench = PARABOLA * (BENCH - turnover) ** 2;
  const squared = squareIntegral(mean - turnover, swings);
  const ageing = FIRST_YEAR * (2 * random() - 1);
  const set = 10 * random() - 5;
  return (age) => {
    const aged = ageingIntegral(age) * ageing;
    const warmed = PARABOLA * (squared(age) - squared(0)) - atBench * age;
    return set + 1e-6 * (ppm * age + swing * (warmed + aged));
  };
}

/** Seconds times the ageing, as a part of the first year's: log(1 + t / scale) / log(1 + year / scale). */
function ageingIntegral(age: number): number {
  const part = age / AGEING_SCALE;
  return (
    (AGEING_SCALE * ((1 + part) * Math.log(1 + part) - part)) / Math.log(1 + YEAR / AGEING_SCALE)
  );
}

/** The antiderivative of (constant + swings)². */
function squareIntegral(constant: number, swings: readonly Swing[]): (time: number) => number {
  const terms: Swing[] = [];
  let slope = constant ** 2;
  for (const one of swings) {
    terms.push({ ...one, amplitude: 2 * constant * one.amplitude });
    slope += one.amplitude ** 2 / 2;
    terms.push({
      amplitude: one.amplitude ** 2 / 2,
      frequency: 2 * one.frequency,
      phase: 2 * one.phase,
    });
  }
  swings.forEach((one, index) => {
    for (const other of swings.slice(index + 1)) {
      const amplitude = one.amplitude * other.amplitude;
      const [frequency, phase] = [one.frequency + other.frequency, one.phase + other.phase];
      terms.push({ amplitude, frequency, phase });
      const apart = [one.frequency - other.frequency, one.phase - other.phase] as const;
      terms.push({ amplitude, frequency: apart[0], phase: apart[1] });
    }
  });
  return (time) => {
    let sum = slope * time;
    for (const { amplitude, frequency, phase } of terms) {
      sum += (amplitude * Math.sin(frequency * time + phase)) / frequency;
    }
    return sum;
  };
}
