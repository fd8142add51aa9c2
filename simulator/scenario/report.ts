import { FRAME_FORMATS } from "../encode-frame.js";
import { type Frame, pixel } from "../frame.js";
import type { Outcome } from "./run.js";
import type { Scenario } from "./scenario.js";

/** A run as an HTML page that stands alone: each step, and pictures expected, got and their difference. */
export function htmlReport(
  scenario: Scenario,
  outcomes: readonly Outcome[],
  unused: readonly string[],
): string {
  const failed = outcomes.filter(({ problems }) => problems.length > 0).length + unused.length;
  const rows = outcomes.map(
    ({ step, problems, got, expected }, index) => `
    <tr class="${problems.length > 0 ? "bad" : "good"}">
      <td>${String(index + 1)}</td>
      <td><code>${escaped(JSON.stringify(step))}</code>${problems.map((problem) => `<p>${escaped(problem)}</p>`).join("")}</td>
      <td>${expected ? picture(expected, "expected") : ""}</td>
      <td>${got ? picture(got, "got") : ""}</td>
      <td>${expected && got ? picture(differenceOf(expected, got), "difference") : ""}</td>
    </tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escaped(scenario.name)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 24px; color: #1c2733; }
table { border-collapse: collapse; }
th, td { border: 1px solid #b8c2cc; padding: 6px 10px; text-align: left; vertical-align: top; }
img { image-rendering: pixelated; border: 1px solid #1b1f22; }
.bad td:first-child { background: #f6d5d5; } .good td:first-child { background: #d8efdc; }
.bad p { color: #a1141d; margin: 4px 0 0; font-weight: 600; }
</style>
</head>
<body>
<h1>${escaped(scenario.name)}</h1>
<p>${failed === 0 ? "All as expected." : `${String(failed)} not as expected.`}</p>
${unused.map((file) => `<p>No step asks for the picture ${escaped(file)}.</p>`).join("")}
<table>
<thead><tr><th>step</th><th>what</th><th>expected</th><th>got</th><th>difference</th></tr></thead>
<tbody>${rows.join("")}
</tbody>
</table>
</body>
</html>
`;
}

function picture(frame: Frame, name: string): string {
  const data = Buffer.from(FRAME_FORMATS.png(frame)).toString("base64");
  const size = `width="${String(frame.width * 2)}" height="${String(frame.height * 2)}"`;
  return `<img alt="${name}" ${size} src="data:image/png;base64,${data}">`;
}

/** Where two frames differ. */
function differenceOf(one: Frame, other: Frame): Frame {
  const width = Math.max(one.width, other.width);
  const height = Math.max(one.height, other.height);
  const bytes = new Uint8Array((width * height) / 8);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x + y * width;
      if (pixel(one, x, y) !== pixel(other, x, y)) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
    }
  }
  return { width, height, bytes };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
