import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isField } from "../../../server/fields.js";

/** Texts near what is asked for: ASCII digits, digits of other scripts, spaces, line ends, letters. */
const near = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(..."0123456789") },
      { weight: 1, arbitrary: fc.constantFrom(..."０１２３４５６７８９٠१๑ \n\t-+.eEa") },
    ),
    { maxLength: 14 },
  )
  .map((characters) => characters.join(""));

const digits = (text: string) => [...text].every((each) => each >= "0" && each <= "9");

describe("rules 1, 9, 17: the form of codes and serials", () => {
  it("a code is six ASCII digits and nothing else", () => {
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (text) => {
        expect(isField("code", text)).toBe(text.length === 6 && digits(text));
      }),
    );
  });

  it("a serial is 8 to 12 ASCII digits and nothing else", () => {
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (text) => {
        const { length } = text;
        expect(isField("serial", text)).toBe(length >= 8 && length <= 12 && digits(text));
      }),
    );
  });

  it("full-width digits are refused wherever they stand", () => {
    const place = fc.nat(5);
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{6}$/), place, (code, at) => {
        const wide = String.fromCharCode(code.charCodeAt(at) - 0x30 + 0xff10);
        expect(isField("code", code.slice(0, at) + wide + code.slice(at + 1))).toBe(false);
      }),
    );
  });
});

describe("the form of mail addresses", () => {
  it.each(["taro@example.co.jp", "taro.割符+otp@example.co.jp", "o'hara_1@a.co"])(
    "%s is one",
    (text) => {
      expect(isField("mail", text)).toBe(true);
    },
  );

  it.each(["a(b)@x.co", "a\0b@x.co", "a\u0085@x.co", "a\u007f@x.co", "a,b@x.co", "<a@x.co>"])(
    "%j is none: a mail program may read another in it",
    (text) => {
      expect(isField("mail", text)).toBe(false);
    },
  );
});
