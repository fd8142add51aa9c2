import { createHash, createHmac } from "node:crypto";

/** Seconds a code is shown by the tokens of these benches; FreeRADIUS knows 30 only. */
export const PERIOD = 60;

/** A serial for each number. */
export function serialOf(index: number): string {
  return String(10_000_000 + index);
}

/** A seed of 20 bytes for each serial, the same in every run and process. */
export function secretOf(serial: string): Buffer {
  return createHash("sha256").update(`bench ${serial}`).digest().subarray(0, 20);
}

/** Six digits by RFC 4226 section 5.3, apart from the code that is measured. */
export function codeOf(serial: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secretOf(serial)).update(counter).digest();
  const number = mac.readUInt32BE(mac[19]! & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/**
 * Steps before a code's own that may still be acceptable, once its token's clock is known by one code
 * before. Those up to the last one accepted are used up, whether they were sent or not.
 */
const LATELY = 4;

/**
 * Whether one of the steps just before shows the same code, as happens once in some 250,000. A server
 * that refuses such a code as used is right, so it is not sent.
 */
export function shownLately(serial: string, step: number): boolean {
  const code = codeOf(serial, step);
  return Array.from({ length: LATELY }, (_, back) => step - 1 - back).some(
    (before) => codeOf(serial, before) === code,
  );
}

/** The numbers below a count, in an order without order that is the same in every run. */
export function shuffled(count: number): number[] {
  const numbers = Array.from({ length: count }, (_, index) => index);
  // Numerical Recipes' linear congruential generator: any will do.
  let state = 1;
  for (let last = count - 1; last > 0; last--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [numbers[last], numbers[other]] = [numbers[other]!, numbers[last]!];
  }
  return numbers;
}
