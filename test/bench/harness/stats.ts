/** The value below which a share of the values lies (nearest rank). @param share from 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** The middle value; of an even number of values the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * How many times the one is the other: the median over rounds of the ratio inside a round, so that a
 * machine that is slow for a while is slow for both.
 */
export function ratio(these: readonly number[], those: readonly number[]): number {
  const rounds = Math.min(these.length, those.length);
  return median(Array.from({ length: rounds }, (_, round) => these[round]! / those[round]!));
}
