import type { FleetToken } from "../fleet-token.js";

/** The page of tokens on a desk: each as a picture of its display and its button. */
export function deskPage(tokens: readonly Pick<FleetToken, "serial" | "device">[]): string {
  const sections = tokens
    .map(({ serial, device: { machine } }) => {
      const { width, height } = machine.model;
      const size = `width="384" height="${String(Math.round((384 * height) / width))}"`;
      return `
    <section class="token" data-serial="${serial}" aria-label="Token ${serial}">
      <img class="display" ${size} alt="" src="/tokens/${serial}/frame.png">
      <p class="reading" role="status" aria-live="polite"></p>
      <button type="button" class="wake">Press <span class="hint">hold for information</span></button>
      <p class="serial">S/N ${serial}</p>
    </section>`;
    })
    .join("");
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>warifu: simulated tokens</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/desk.css">
  <script type="module" src="/desk.js"></script>
</head>
<body>
  <header>
    <h1>warifu: simulated tokens</h1>
    <p>Press a token's button for its code; hold it for its information pages. These are live codes.</p>
  </header>
  <main>${sections}
  </main>
</body>
</html>
`;
}

export const PAGE_SCRIPT = `const shows = {};
for (const token of document.querySelectorAll(".token")) {
  const base = "/tokens/" + token.dataset.serial;
  const image = token.querySelector(".display");
  const reading = token.querySelector(".reading");
  const button = token.querySelector(".wake");
  // One after the other, and no press so short that it is taken for the contact's bouncing.
  let moved = Promise.resolve();
  const move = (down) => {
    const pause = new Promise((resolve) => setTimeout(resolve, 80));
    moved = moved
      .then(() =>
        fetch(base + "/buttons/BTN1", {
          method: "PUT",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ down }),
        }))
      .then(() => pause);
  };
  let spoken = "";
  shows[token.dataset.serial] = (state, time) => {
    image.src = base + "/frame.png?" + time;
    image.alt = state.display || "display off";
    if (state.display !== spoken) reading.textContent = spoken = state.display;
    token.classList.toggle("lit", state.display !== "");
  };
  const down = () => { if (!button.dataset.down) { button.dataset.down = "1"; move(true); } };
  const up = () => { if (button.dataset.down) { delete button.dataset.down; move(false); } };
  const keys = [" ", "Enter"];
  button.addEventListener("pointerdown", down);
  for (const end of ["pointerup", "pointerleave", "pointercancel", "blur"]) button.addEventListener(end, up);
  button.addEventListener("keydown", (event) => { if (keys.includes(event.key)) { event.preventDefault(); down(); } });
  button.addEventListener("keyup", (event) => { if (keys.includes(event.key)) up(); });
}
// One stream for all: a browser opens few connections to one place.
new EventSource("/events").onmessage = (event) => {
  const state = JSON.parse(event.data);
  shows[state.serial]?.(state, event.timeStamp);
};
`;

export const PAGE_STYLE = `
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1d2420; background: #eceae4; }
header { padding: 24px 24px 0; max-width: 1320px; margin: 0 auto; }
h1 { font-size: 22px; margin: 0; }
header p { margin: 4px 0 0; }
main { display: flex; flex-wrap: wrap; gap: 24px; padding: 24px; max-width: 1320px; margin: 0 auto; }
.token { width: 432px; max-width: 100%; padding: 24px; border-radius: 28px; background: #3a4147; color: #f4f4f0;
  box-shadow: 0 2px 3px #0006, inset 0 1px #fff3; }
.display { display: block; width: 100%; height: auto; image-rendering: pixelated; border: 6px solid #1b1f22;
  border-radius: 8px; background: #c8d4b8; }
.token:not(.lit) .display { filter: brightness(.82); }
.reading { white-space: pre-line; min-height: 1.5em; margin: 12px 0; font-variant-numeric: tabular-nums; }
.wake { width: 100%; padding: 12px; font: inherit; font-weight: 600; color: #14201a; background: #d9e3d2;
  border: 0; border-radius: 999px; cursor: pointer; touch-action: none; user-select: none; }
.wake:active { background: #b9c9ae; }
.wake:focus-visible { outline: 3px solid #fff; outline-offset: 3px; }
.hint { font-weight: 400; }
.serial { margin: 12px 0 0; letter-spacing: .06em; }
`;
