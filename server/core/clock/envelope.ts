/** A bound as a straight line over the rate: `base + slope * rate`. */
export interface Line {
  readonly base: number;
  readonly slope: number;
}

/** From one rate to another, the smaller one first. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What holds of a rate where every line bounds from above: the least of them. */
function least(lines: readonly Line[], rate: number): number {
  let found = Infinity;
  for (const { base, slope } of lines) found = Math.min(found, base + slope * rate);
  return found;
}

/** The rates at which the least of the lines may change from one to another, with the ends. */
function corners(lines: readonly Line[], { from, to }: Span): number[] {
  const rates = [from, to];
  lines.forEach((one, index) => {
    for (let next = index + 1; next < lines.length; next++) {
      const other = lines[next]!;
      // Parallel lines meet at no rate: what is divided by 0 lies within no span.
      const rate = (other.base - one.base) / (one.slope - other.slope);
      if (rate > from && rate < to) rates.push(rate);
    }
  });
  return rates.sort((one, other) => one - other);
}

/** The most that all lines allow anywhere in a span: the least of lines is concave, its top a corner. */
export function top(lines: readonly Line[], span: Span): number {
  return Math.max(...corners(lines, span).map((rate) => least(lines, rate)));
}

/** The area under the least of the lines; between two corners it is straight. */
export function area(lines: readonly Line[], span: Span): number {
  let sum = 0;
  let before = span.from;
  for (const rate of corners(lines, span)) {
    sum += ((rate - before) * (least(lines, before) + least(lines, rate))) / 2;
    before = rate;
  }
  return sum;
}
