import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const TEXT = readFileSync(new URL("../server/RULES.md", import.meta.url), "utf8");
const ROWS = [
  ...TEXT.matchAll(/^\| (\d+) +\| (.+?) +\| (.+?) +\| \[(\S+)\]\(\S+\): `(.+?)` +\|$/gm),
].map(([, id, english, japanese, file, title]) => ({
  id: Number(id),
  english,
  japanese,
  file,
  title,
}));

describe("server/RULES.md", () => {
  it("has every rule once, but those it says are not kept yet", () => {
    const open = [...TEXT.slice(TEXT.indexOf("## Not kept yet")).matchAll(/^- Rule (\d+)[:,]/gm)];
    const ids = [...ROWS.map(({ id }) => id), ...open.map(([, id]) => Number(id))];
    const all = Array.from({ length: 63 }, (_, index) => index + 1);
    expect([...new Set(ids)].sort((a, b) => a - b)).toEqual(all);
    expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length);
  });

  it.each(ROWS)("rule $id is shown by $file", ({ english, japanese, file, title }) => {
    expect(english).toMatch(/[a-z].*\.$/);
    expect(japanese).toMatch(/。$/);
    expect(readFileSync(new URL(file!, import.meta.url), "utf8")).toContain(title);
  });
});
