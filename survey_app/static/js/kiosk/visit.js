// A form on a tablet at a counter, and the thanks after it. Nobody touches it: it asks, counts down, and wipes the form,
// here and on the server. A page that has been left is never shown again as it was. Without this file the server wipes
// the form when the next one begins, and shows none to anybody but its visitor.
import { watchIdle } from "./idle.js";

const dialog = document.getElementById("idle");
const thanks = document.querySelector("[data-countdown]");
const { start, end, idle, warning } = (dialog ?? thanks).dataset;
const leave = () => location.replace(start);

// The picture that the browser keeps of a page for its Back button is an empty one.
window.addEventListener("pagehide", () => { document.body.hidden = true; });
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

document.fonts.load("600 1em 'Hai Long Numerals'", "0").catch(() => {}); // for the countdown, while there is a network

if (thanks) countDown();
else watchIdle({ dialog, idle: Number(idle), warning: Number(warning), onWipe: wipe });

function countDown() {
  const shown = thanks.dataset.countdown * 1000;
  let ends = Date.now() + shown;
  setInterval(() => {
    ends = Math.min(ends, Date.now() + shown); // a clock set back keeps nobody's thanks for longer
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    thanks.textContent = thanks.dataset.words.replace("§", left);
    if (left === 0) leave();
  }, 250);
  document.querySelector("[data-restart]").addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
}

async function wipe() {
  const answers = document.getElementById("answers");
  answers.reset();
  for (const input of answers.querySelectorAll("input, select, textarea")) {
    input.checked = false;
    if (input.type !== "radio" && input.type !== "checkbox") input.value = "";
  }
  for (const part of document.querySelectorAll("main, header, .bottom-bar")) part.replaceChildren();
  try {
    if (!navigator.onLine) throw new Error("offline");
    await fetch(end, { method: "POST", body: new URLSearchParams({ left: "idle" }), keepalive: true });
    leave();
  } catch {
    await waitForNetwork();
  }
}

// The network is broken. The server wipes the form when the next one begins, and opens it for nobody once the start
// screen was shown. A tablet that keeps a page for this shows it; another one waits.
async function waitForNetwork() {
  if (await navigator.serviceWorker?.getRegistration(start)) {
    leave();
    return;
  }
  document.getElementById("gone").hidden = false;
  const again = setInterval(async () => {
    if (!(await isThere())) return;
    clearInterval(again);
    leave();
  }, 5_000);
}

async function isThere() {
  if (!navigator.onLine) return false;
  try {
    return (await fetch(start, { method: "HEAD", cache: "no-store" })).status < 500;
  } catch {
    return false;
  }
}
