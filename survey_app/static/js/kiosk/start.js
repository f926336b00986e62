// The start screen of a tablet: it tells the office that it is there, loads itself anew when something was changed, gets
// ready for a broken network and sends what was queued in one. Without this file it renews itself every hour.
import { getReady } from "./ready.js";
import { offerScan } from "./scan.js";

const ALIVE_EVERY = 60_000;
const { alive, state, start } = document.querySelector("[data-alive]").dataset;

async function look() {
  if (!navigator.onLine) return;
  try {
    const answer = await fetch(alive, { method: "POST" });
    const now = await answer.json();
    if (answer.ok && now.state !== state) location.replace(start);
  } catch {
    // no network: the next minute tells
  }
}

// The choices of a visitor are no steps to go back through.
for (const link of document.querySelectorAll(".looks a, .languages a")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}
window.addEventListener("pagehide", () => { document.body.hidden = true; });
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.replace(start);
});
setInterval(look, ALIVE_EVERY);
look();
offerScan();
getReady();
