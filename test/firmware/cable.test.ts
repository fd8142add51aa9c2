import { expect, it } from "vitest";
import { espruinoTools } from "../../firmware/factory/espruino-tools.js";
import { flash, TRIAL } from "../../firmware/factory/flash.js";
import { BOARD_MODELS } from "../../simulator/boards.js";
import { VirtualBoard } from "../../simulator/console/virtual-board.js";
import { loadImage } from "../../simulator/image.js";
import { readFrame } from "../../simulator/reader.js";
import { codeOf, SEED } from "../support/server.js";
import { portOf, weakCable } from "../support/virtual-bench.js";

const AT_ONCE = 9;
const seed = { ...SEED, expiry: undefined };
const image = loadImage("pixljs");

/** Flashes a blank board by the real tools over a cable that breaks. */
async function cutAfter(writes: number): Promise<{ done: boolean; shown: string }> {
  let skipped = 0;
  const board = new VirtualBoard(BOARD_MODELS.pixljs!, () => Date.now() / 1000 + skipped);
  const port = await portOf(board);
  const cable = await weakCable(port, writes);
  const job = { seed, board: "pixljs", image, password: "AAAABBBBCCCCDDDDEEEE" };
  const done = await flash(
    { ...job, now: () => Date.now() / 1000 },
    espruinoTools(cable.name),
  ).then(
    () => true,
    () => false,
  );
  cable.close();
  port.close();
  // What was on trial has expired by then.
  skipped = TRIAL + 1;
  board.evaluate("");
  board.restart();
  board.machine.buttons.set("BTN1", true);
  board.machine.clock.time.advance(0.1);
  const reading = readFrame(board.machine.frame());
  const now = board.machine.clock.now;
  if (reading.kind === "code") {
    expect([now - 60, now].map((time) => codeOf(seed, time * 1000))).toContain(reading.code);
    expect(board.machine.locked).toBe(true);
  }
  return { done, shown: reading.kind };
}

it("the real tools' cable, cut in each of their writes: no code, or the finished and locked token's", async () => {
  const outcomes: { done: boolean; shown: string }[] = [];
  for (let first = 0; !outcomes.at(-1)?.done; first += AT_ONCE) {
    const writes = Array.from({ length: AT_ONCE }, (_, index) => first + index);
    outcomes.push(...(await Promise.all(writes.map(cutAfter))));
  }
  for (const { done, shown } of outcomes) if (done) expect(shown).toBe("code");
  expect(outcomes.filter(({ done }) => !done).length).toBeGreaterThan(20);
  expect(new Set(outcomes.map(({ shown }) => shown))).toEqual(new Set(["blank", "text", "code"]));
}, 900_000);
