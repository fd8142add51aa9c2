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

/** The most that all lines allow anywhere in a span: the least of lines is concave, its top at an end or where two meet. */
export function top(lines: readonly Line[], { from, to }: Span): number {
  let found = Math.max(least(lines, from), least(lines, to));
  for (let index = 0; index < lines.length; index++) {
    const one = lines[index]!;
    for (let next = index + 1; next < lines.length; next++) {
      const other = lines[next]!;
      // Parallel lines never meet: the division by 0 gives no number between the two.
      const rate = (other.base - one.base) / (one.slope - other.slope);
      if (rate > from && rate < to) found = Math.max(found, least(lines, rate));
    }
  }
  return found;
}

/** What holds of a rate where every line bounds from above: the least of them. */
function least(lines: readonly Line[], rate: number): number {
  let found = Infinity;
  for (const { base, slope } of lines) found = Math.min(found, base + slope * rate);
  return found;
}

/**
 * The area under the least of the lines: under each of them where it is the least.
 * @param without the place of a line that is left out
 */
export function area(lines: readonly Line[], span: Span, without?: number): number {
  let sum = 0;
  for (let index = 0; index < lines.length; index++) {
    if (index !== without) sum += ruled(lines, index, span, without);
  }
  return sum;
}

/** The area under one of the lines over the rates at which it is the least, of equal ones the first. */
function ruled(lines: readonly Line[], index: number, span: Span, without?: number): number {
  const { base, slope } = lines[index]!;
  let { from, to } = span;
  for (let place = 0; place < lines.length; place++) {
    if (place === without) continue;
    const other = lines[place]!;
    const steeper = slope - other.slope;
    const room = other.base - base;
    if (steeper > 0) to = Math.min(to, room / steeper);
    else if (steeper < 0) from = Math.max(from, room / steeper);
    else if (room < 0 || (room === 0 && place < index)) to = from;
  }
  return from < to ? (to - from) * (base + (slope * (from + to)) / 2) : 0;
}
