// The start screen of a tablet: it tells the office that it is there, loads itself anew when something was changed, and
// reads the code of a receipt where the browser can. Without this file it renews itself every hour.
(() => {
  "use strict";
  const ALIVE_EVERY = 60_000;
  const screen = document.querySelector("[data-alive]");
  if (!screen) return;
  const { alive, state, start } = screen.dataset;
  const dossier = document.getElementById("dossier");

  const look = async () => {
    try {
      const answer = await fetch(alive, { method: "POST" });
      const now = await answer.json();
      if (answer.ok && now.state !== state) location.replace(start);
    } catch {
      // no network: the next minute tells
    }
  };
  setInterval(look, ALIVE_EVERY);
  look();

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

  const scan = document.getElementById("scan");
  if (!scan || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const view = document.getElementById("scan-view");
  const refused = document.getElementById("scan-refused");

  const watch = async () => {
    const detector = new BarcodeDetector({ formats: ["qr_code", "code_128", "code_39"] });
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    const stop = () => {
      for (const track of stream.getTracks()) track.stop();
      view.hidden = true;
      scan.hidden = false;
    };
    view.srcObject = stream;
    view.hidden = false;
    scan.hidden = true;
    await view.play();
    const ends = Date.now() + 30_000;
    while (Date.now() < ends) {
      const [code] = await detector.detect(view);
      if (code?.rawValue) {
        dossier.value = code.rawValue.trim().slice(0, 100);
        break;
      }
      await new Promise((resolve) => { setTimeout(resolve, 150); });
    }
    stop();
    dossier.focus();
  };
  scan.hidden = false;
  scan.addEventListener("click", () => watch().catch(() => { refused.hidden = false; scan.hidden = true; view.hidden = true; }));
})();
