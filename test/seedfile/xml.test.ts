import { SaxesParser } from "saxes";
import { afterEach, describe, expect, it, vi } from "vitest";
import { elementsNamed } from "../../firmware/seedfile/xml.js";

afterEach(() => {
  vi.restoreAllMocks();
});

async function textsOf(xml: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { element } of elementsNamed([xml], "u", "b")) texts.push(element.text);
  return texts;
}

describe("XML that comes as one long text", () => {
  it.each([
    ["is nested without end", "<a>".repeat(5_000), "nested too deeply"],
    ["is not well-formed", `<a></b>${"<c/>".repeat(5_000)}`, "not well-formed"],
  ])("and %s is not parsed on behind the problem", async (_, xml, problem) => {
    const write = vi.spyOn(SaxesParser.prototype, "write");
    await expect(textsOf(xml)).rejects.toThrow(problem);
    const parsed = write.mock.calls.reduce((sum, [chunk]) => sum + (chunk as string).length, 0);
    expect(parsed).toBeLessThan(5000);
  });

  it("is whole wherever a character of two halves stands in it", async () => {
    const text = "😀".repeat(3000);
    for (const before of ["", "x"]) {
      const xml = `<a xmlns="u"><b>${before}${text}</b><b>二</b></a>`;
      expect(await textsOf(xml)).toEqual([before + text, "二"]);
    }
  });
});
