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
  lines.forEach((one, index) => {
    for (let next = index + 1; next < lines.length; next++) {
      const other = lines[next]!;
      // Parallel lines meet at no rate: what is divided by 0 lies within no span.
      const rate = (other.base - one.base) / (one.slope - other.slope);
      if (rate > from && rate < to) found = Math.max(found, least(lines, rate));
    }
  });
  return found;
}

/** What holds of a rate where every line bounds from above: the least of them. */
function least(lines: readonly Line[], rate: number): number {
  let found = Infinity;
  for (const { base, slope } of lines) found = Math.min(found, base + slope * rate);
  return found;
}

/** The area under the least of the lines: under each of them where it is the least. */
export function area(lines: readonly Line[], span: Span): number {
  let sum = 0;
  lines.forEach(({ base, slope }, index) => {
    const { from, to } = reignOf(lines, index, span);
    if (from < to) sum += (to - from) * (base + (slope * (from + to)) / 2);
  });
  return sum;
}

/** The rates at which one of the lines is the least, of equal ones the first; none where `from` is not below `to`. */
function reignOf(lines: readonly Line[], index: number, span: Span): Span {
  const one = lines[index]!;
  let { from, to } = span;
  lines.forEach((other, place) => {
    const steeper = one.slope - other.slope;
    const room = other.base - one.base;
    if (steeper > 0) to = Math.min(to, room / steeper);
    else if (steeper < 0) from = Math.max(from, room / steeper);
    else if (room < 0 || (room === 0 && place < index)) to = from;
  });
  return { from, to };
}
