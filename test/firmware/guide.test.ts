import { describe, expect, it } from "vitest";
import { GUIDE_TEXTS } from "../../firmware/factory/guide-text.js";
import { picturesOf } from "../../firmware/factory/guide.js";
import { BOARDS } from "../../firmware/factory/image-options.js";
import { codeGenerator } from "../../firmware/otp/totp.js";
import { nodeHash } from "../../server/hashes.js";
import { loadImage } from "../../simulator/image.js";
import { readFrame } from "../../simulator/reader.js";
import { SEED } from "../support/server.js";

describe("a start guide", () => {
  it.each(BOARDS)("%s: shows an example's code, and the token's serial", (name) => {
    const { serial, expiry } = SEED;
    const pictures = picturesOf({ serial, expiry }, { name, image: loadImage(name) });
    const step = Math.floor((expiry! - 86_400) / 60);
    const example = codeGenerator(nodeHash(1), Buffer.from("12345678901234567890"));
    expect(readFrame(pictures.code)).toMatchObject({ kind: "code", code: example(step) });
    const info = readFrame(pictures.info);
    expect(info.kind === "text" && info.lines.join("").replaceAll(" ", "")).toContain(serial);
  });

  it("says the same in both languages", () => {
    const { ja, en } = GUIDE_TEXTS;
    const shape = (text: typeof ja) => text.sections.map(({ lines }) => lines.length);
    expect(shape(en)).toEqual(shape(ja));
  });

  it("prints an expiry as the bank's pages do", () => {
    const expiry = Date.UTC(2031, 2, 30, 23) / 1000;
    expect(GUIDE_TEXTS.ja.date(expiry)).toBe("2031年03月31日 08時00分");
    expect(GUIDE_TEXTS.en.date(expiry)).toBe("31 March 2031, 08:00 (Japan time)");
  });
});
