// Pins the bytes of the built images: firmware/images.json.
// Run: npm run record:images (after npm run build)
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { BOARDS } from "../../firmware/factory/image-options.js";
import { loadImage } from "../../simulator/image.js";

const images = Object.fromEntries(
  BOARDS.map((board) => {
    const image = loadImage(board);
    const digest = (name: string): string => createHash(name).update(image).digest("hex");
    return [board, { bytes: image.length, sha1: digest("sha1"), sha256: digest("sha256") }];
  }),
);
writeFileSync(
  new URL("../../firmware/images.json", import.meta.url),
  `${JSON.stringify(images, null, 2)}\n`,
);
