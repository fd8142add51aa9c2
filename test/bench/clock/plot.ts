import { offsetRange } from "../../../server/core/clock/estimate.js";
import { clockOfUnknownHistory } from "../../../server/core/clock/prior.js";
import { DEFAULT_POLICY } from "../../../server/core/policy.js";
import { clockOf, DAY, gap, randomNumbers } from "./population.js";
import { Warifu } from "./servers.js";

const WIDTH = 800;
const HEIGHT = 360;
const [LEFT, TOP, BOTTOM] = [60, 20, 40];
const DAYS = 500;
const SECONDS = { lowest: -700, highest: 1700 };

interface Moment {
  readonly day: number;
  readonly lowest: number;
  readonly highest: number;
  readonly truth: number;
}

const x = (day: number): string => (LEFT + (day / DAYS) * (WIDTH - LEFT - 20)).toFixed(1);
const y = (seconds: number): string => {
  const part = (SECONDS.highest - seconds) / (SECONDS.highest - SECONDS.lowest);
  return (TOP + part * (HEIGHT - TOP - BOTTOM)).toFixed(1);
};

/** A token of 35 ppm in its first days: where it is, and where it may be as far as the server knows. */
function firstDays(seed: number): { moments: Moment[]; uses: Moment[] } {
  const random = randomNumbers(seed);
  const ahead = clockOf(random, 35);
  const policy = DEFAULT_POLICY.clock;
  const server = new Warifu(clockOfUnknownHistory(0, 0, policy));
  const moments: Moment[] = [];
  const uses: Moment[] = [];
  const look = (time: number): Moment => {
    const range = offsetRange(server.token.clock, time, policy);
    return { day: time / DAY, ...range, truth: ahead(time) };
  };
  let next = gap(random);
  for (let time = 0; time <= DAYS * DAY; time += DAY / 2) {
    while (next <= time) {
      moments.push(look(next));
      server.verify(Math.floor((next + ahead(next)) / 60), next + 20);
      moments.push(look(next));
      uses.push(look(next));
      next += gap(random);
    }
    moments.push(look(time));
  }
  return { moments, uses };
}

/** The plot of README.md, as SVG. */
export function lifePlot(seed: number): string {
  const { moments, uses } = firstDays(seed);
  const path = (points: readonly string[]): string => `M${points.join("L")}`;
  const over = moments.map(({ day, highest }) => `${x(day)} ${y(highest)}`);
  const under = moments.map(({ day, lowest }) => `${x(day)} ${y(lowest)}`).reverse();
  const truth = moments.map(({ day, truth }) => `${x(day)} ${y(truth)}`);
  const dots = uses.map((use) => `<circle cx="${x(use.day)}" cy="${y(use.truth)}" r="2.5"/>`);
  const days = [0, 100, 200, 300, 400, 500].map(
    (day) =>
      `<text x="${x(day)}" y="${String(HEIGHT - 20)}" text-anchor="middle">${String(day)}</text>`,
  );
  const seconds = [-600, 0, 600, 1200].map(
    (each) =>
      `<path d="M${x(0)} ${y(each)}H${x(DAYS)}" stroke="#ddd"/>` +
      `<text x="${String(LEFT - 6)}" y="${y(each)}" dy="4" text-anchor="end">${String(each)}</text>`,
  );
  const size = `${String(WIDTH)} ${String(HEIGHT)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${seconds.join("\n")}
<path d="${path([...over, ...under])}Z" fill="#bcd4ee"/>
<path d="${path(truth)}" fill="none" stroke="#123" stroke-width="1.5"/>
<g fill="#c22">${dots.join("")}</g>
${days.join("\n")}
<text x="${x(DAYS / 2)}" y="${String(HEIGHT - 4)}" text-anchor="middle">days</text>
<text x="8" y="14">seconds the token is ahead: true, at each use (dots), and possible (band)</text>
</svg>
`;
}
