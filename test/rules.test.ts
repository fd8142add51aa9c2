import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BREAKS } from "./breaks/breaks.js";
import { mutated } from "./support/mutant.js";

const root = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
const ROWS = [
  ...root("server/RULES.md").matchAll(
    /^\| (\d+) +\| (.+?) +\| (.+?) +\| \[(\S+)\]\(\S+\): `(.+?)` +\|$/gm,
  ),
].map(([, id, english, japanese, file, title]) => ({
  id: Number(id),
  english,
  japanese,
  file,
  title,
}));
const ALL = Array.from({ length: 64 }, (_, index) => index + 1);

describe("server/RULES.md", () => {
  it("has every rule once", () => {
    expect(ROWS.map(({ id }) => id)).toEqual(ALL);
  });

  it.each(ROWS)("rule $id is shown by $file", ({ english, japanese, file, title }) => {
    expect(english).toMatch(/[a-z].*\.$/);
    expect(japanese).toMatch(/。$/);
    expect(root(`test/${file!}`)).toContain(title);
  });
});

describe("the breaks that npm run breaks applies", () => {
  it("are one for each rule but the last, which is the compiler's", () => {
    expect(BREAKS.map(({ rule }) => rule)).toEqual(ALL.slice(0, -1));
  });

  it.each(BREAKS)("rule $rule: fits $file", (each) => {
    expect(mutated(each, root(each.file))).not.toBe(root(each.file));
    expect(root(each.test)).toContain("it(");
  });
});
