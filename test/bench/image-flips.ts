// Every single bit of the image flipped, one after the other: what the token then shows. A damaged image
// is refused by its check value; where the damage is in the check itself, nothing wrong may come of it.
// Run: npm run image-flips [board]
import { loadImage } from "../../simulator/image.js";
import { Fleet, harm } from "../../simulator/index.js";
import { SEED } from "../support/server.js";

const board = process.argv[2] ?? "pixljs";
const bits = loadImage(board).length * 8;
const right = await new Fleet({ at: 1_800_000_030, board }).add(seed()).code();
const counts = { refused: 0, right: 0, word: 0, wrong: 0 };
for (let bit = 0; bit < bits; bit++) {
  const token = new Fleet({ at: 1_800_000_030, board }).add(seed());
  harm(token.device, { kind: "flipBit", file: "image", bit });
  const { code, display } = await token.press();
  if (code !== null) counts[code === right ? "right" : "wrong"]++;
  else if (display === "") counts.refused++;
  else counts.word++;
  if (code !== null && code !== right) process.stdout.write(`bit ${String(bit)}: ${code}\n`);
}
process.stdout.write(`${JSON.stringify({ board, bits, ...counts })}\n`);
if (counts.wrong > 0) process.exitCode = 1;

function seed() {
  return { ...SEED, start: undefined, expiry: undefined };
}
