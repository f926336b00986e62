// A form on a tablet at a counter, and the thanks after it. Nobody touches it: it asks, counts down, and wipes the form,
// here and on the server. A page that has been left is never shown again as it was. Without this file the server wipes
// the form when the next one begins, and shows none to anybody but its visitor.
(() => {
  "use strict";
  const MOVES = ["pointerdown", "pointermove", "keydown", "input", "wheel", "touchstart", "scroll"];
  const dialog = document.getElementById("idle");
  const thanks = document.querySelector("[data-countdown]");
  const start = (dialog || thanks)?.dataset.start;
  if (!start) return;

  // The picture that the browser keeps of a page for its Back button is an empty one.
  window.addEventListener("pagehide", () => { document.body.hidden = true; });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  const leave = () => location.replace(start);

  if (thanks) {
    const ends = Date.now() + thanks.dataset.countdown * 1000;
    const show = () => {
      const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
      thanks.textContent = thanks.dataset.words.replace("§", left);
      if (left === 0) leave();
    };
    setInterval(show, 250);
    document.querySelector("[data-restart]").addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
    return;
  }

  const idle = dialog.dataset.idle * 1000;
  const warning = dialog.dataset.warning * 1000;
  const left = document.getElementById("idle-left");
  const answers = document.getElementById("answers");
  let touched = Date.now();
  let over = false;

  const touch = () => {
    if (!dialog.open) touched = Date.now();
  };
  const stay = () => {
    touched = Date.now();
    if (dialog.open) dialog.close();
  };

  const isThere = async () => {
    if (!navigator.onLine) return false;
    try {
      return (await fetch(start, { method: "HEAD", cache: "no-store" })).status < 500;
    } catch {
      return false;
    }
  };

  const wipe = async () => {
    over = true;
    answers.reset();
    for (const input of answers.querySelectorAll("input, select, textarea")) {
      input.checked = false;
      if (input.type !== "radio" && input.type !== "checkbox") input.value = "";
    }
    dialog.close();
    for (const part of document.querySelectorAll("main, header, .bottom-bar")) part.replaceChildren();
    try {
      if (!navigator.onLine) throw new Error("offline");
      await fetch(dialog.dataset.end, { method: "POST", body: new URLSearchParams({ left: "idle" }), keepalive: true });
      leave();
    } catch {
      // The network is broken. The start screen knows of this visitor no more, and the server wipes the form when the
      // next one begins.
      document.getElementById("gone").hidden = false;
      const again = setInterval(async () => {
        if (!(await isThere())) return;
        clearInterval(again);
        leave();
      }, 5000);
    }
  };

  const tick = () => {
    if (over) return;
    const since = Date.now() - touched;
    if (since >= idle + warning) {
      wipe();
    } else if (since >= idle) {
      if (!dialog.open) dialog.showModal();
      left.textContent = Math.ceil((idle + warning - since) / 1000);
    }
  };

  for (const move of MOVES) window.addEventListener(move, touch, { passive: true, capture: true });
  document.getElementById("idle-stay").addEventListener("click", stay);
  dialog.addEventListener("cancel", stay);
  setInterval(tick, 250);
})();
