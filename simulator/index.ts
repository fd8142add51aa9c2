/**
 * Simulated tokens for tests: the shipped image, byte for byte, on virtual boards.
 *
 * ```ts
 * import { Fleet } from "warifu/simulator";
 * const fleet = await Fleet.fromFile("seeds.pskc.xml", { at: "2026-11-23T12:00:00+09:00" });
 * const code = await fleet.token("20000001").code();
 * ```
 */
export { Fleet, type FleetOptions, type TokenOptions } from "./fleet.js";
export { FleetToken, NoCode } from "./fleet-token.js";
export { fleetFixture } from "./fixture.js";
export { type Fault, harm } from "./faults.js";
export { Time } from "./time.js";
export { SimulatedToken } from "./token.js";
export { VirtualClock } from "./clock.js";
export { loadImage } from "./image.js";
export { DeviceClock } from "./device-clock.js";
export { Storage } from "./storage.js";
export type { Display } from "./display.js";
export type { Frame } from "./frame.js";
export type { Isolation } from "./isolation.js";
export type { PowerCounts } from "./power-meter.js";
export { InputError } from "../firmware/seedfile/input-error.js";
export { readSeedFile } from "../firmware/seedfile/read.js";
export type { Seed } from "../firmware/seedfile/seed.js";
export { type Driver, simulatedDriver } from "./scenario/driver.js";
export { Goldens } from "./scenario/goldens.js";
export { htmlReport } from "./scenario/report.js";
export { type Outcome, runScenario } from "./scenario/run.js";
export { readScenario, type Scenario } from "./scenario/scenario.js";
export { BoardConsole } from "./device/board-console.js";
export { DeviceDriver } from "./device/device-driver.js";
export { PairedDriver } from "./device/paired-driver.js";
