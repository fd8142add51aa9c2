import { InputError } from "../firmware/seedfile/input-error.js";
import { RECORD_FILE } from "../firmware/otp/record.js";
import { IMAGE_FILE } from "./machine.js";
import type { SimulatedToken } from "./token.js";

/** What can be wrong with a token, as scenarios and the control API write it. */
export type Fault =
  /** A bit of the stored record or image is flipped; the token starts anew with it. */
  | { readonly kind: "flipBit"; readonly file: FaultFile; readonly bit: number }
  /** The record's write broke off after so many bytes. */
  | { readonly kind: "tornWrite"; readonly bytes: number }
  | { readonly kind: "missing"; readonly file: FaultFile }
  /** Percent. */
  | { readonly kind: "battery"; readonly percent: number }
  /** The battery is taken out and put back: the clock is lost. */
  | { readonly kind: "pullBattery" }
  /** The supply breaks down in the middle of a redraw, after so many drawings, and comes back. */
  | { readonly kind: "brownOut"; readonly drawings: number }
  | { readonly kind: "stuckButton"; readonly button?: string }
  | { readonly kind: "bounce"; readonly times: number; readonly seconds: number }
  | { readonly kind: "deadColumn"; readonly x: number }
  /** The clock jumps by so many seconds: back where they are negative. */
  | { readonly kind: "clockJump"; readonly seconds: number }
  /** The crystal's error, parts per million. */
  | { readonly kind: "crystal"; readonly ppm: number };
export type FaultFile = "record" | "image";

const FILES: Readonly<Record<FaultFile, string>> = { record: RECORD_FILE, image: IMAGE_FILE };

/** JSON Schema of {@link Fault}. */
export const FAULT_SCHEMA = {
  type: "object",
  required: ["kind"],
  oneOf: [
    fault("flipBit", { file: { enum: ["record", "image"] }, bit: whole() }),
    fault("tornWrite", { bytes: whole() }),
    fault("missing", { file: { enum: ["record", "image"] } }),
    fault("battery", { percent: { type: "number", minimum: 0, maximum: 100 } }),
    fault("pullBattery", {}),
    fault("brownOut", { drawings: whole() }),
    fault("stuckButton", { button: { type: "string", maxLength: 8 } }, "button"),
    fault("bounce", { times: whole(1000), seconds: { type: "number", minimum: 0, maximum: 10 } }),
    fault("deadColumn", { x: whole(1000) }),
    fault("clockJump", { seconds: { type: "number", minimum: -1e10, maximum: 1e10 } }),
    fault("crystal", { ppm: { type: "number", minimum: -1e5, maximum: 1e5 } }),
  ],
} as const;

function whole(maximum = 1_000_000) {
  return { type: "integer", minimum: 0, maximum } as const;
}

function fault(kind: Fault["kind"], properties: object, optional?: string) {
  return {
    type: "object",
    required: ["kind", ...Object.keys(properties).filter((name) => name !== optional)],
    properties: { kind: { const: kind }, ...properties },
    additionalProperties: false,
  } as const;
}

/**
 * Does a token some harm. Storage that is changed is read anew at the next start: it is done here.
 * @throws InputError naming what does not fit this token
 */
export function harm(token: SimulatedToken, fault: Fault): void {
  try {
    apply(token, fault);
  } catch (error) {
    if (error instanceof RangeError) throw new InputError("fault", error.message);
    throw error;
  }
}

function apply(token: SimulatedToken, fault: Fault): void {
  const { storage, clock } = token;
  switch (fault.kind) {
    case "flipBit":
      storage.flipBit(FILES[fault.file], fault.bit);
      token.restart();
      return;
    case "tornWrite":
      storage.tear(RECORD_FILE, storage.bytes(RECORD_FILE) ?? new Uint8Array(), fault.bytes);
      token.restart();
      return;
    case "missing":
      storage.erase(FILES[fault.file]);
      token.restart();
      return;
    case "battery":
      token.battery = fault.percent;
      return;
    case "pullBattery":
      token.pullBattery();
      return;
    case "brownOut":
      token.meter.failAfter(fault.drawings);
      token.press();
      token.meter.failAfter(Infinity);
      if (token.machine.running) throw new RangeError("a redraw has fewer drawings than that");
      // The supply is back, and with it the program; the clock was lost with it.
      token.pullBattery();
      return;
    case "stuckButton":
      token.stick(fault.button);
      return;
    case "bounce":
      token.bounce(fault.times, fault.seconds);
      return;
    case "deadColumn":
      if (fault.x >= token.machine.model.width) throw new RangeError("there is no such column");
      token.deadColumns.add(fault.x);
      return;
    case "clockJump":
      clock.set(clock.now + fault.seconds);
      return;
    case "crystal":
      clock.ppm = fault.ppm;
  }
}
