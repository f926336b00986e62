// Nobody touches the tablet: ask, count down, and wipe.
//
//   const stop = watchIdle({ dialog, idle: 60, warning: 20, onWipe });
const MOVES = ["pointerdown", "pointermove", "keydown", "input", "wheel", "touchstart", "scroll"];
const OFTEN = 250;

export function watchIdle({ dialog, idle, warning, onWipe }) {
  const left = document.getElementById("idle-left");
  const stayButton = document.getElementById("idle-stay");
  const events = new AbortController();
  const { signal } = events;
  let touched = Date.now();

  const touch = () => {
    if (!dialog.open) touched = Date.now();
  };
  const stay = () => {
    touched = Date.now();
    if (dialog.open) dialog.close();
  };
  const stop = () => {
    events.abort();
    clearInterval(timer);
    if (dialog.open) dialog.close();
  };
  // By the clock, not by counting: a tablet that slept wipes as soon as it wakes. A clock set back begins anew.
  const tick = () => {
    touched = Math.min(touched, Date.now());
    const since = (Date.now() - touched) / 1000;
    if (since >= idle + warning) {
      stop();
      onWipe();
    } else if (since >= idle) {
      if (!dialog.open) dialog.showModal();
      left.textContent = Math.ceil(idle + warning - since);
    }
  };
  const timer = setInterval(tick, OFTEN);
  for (const move of MOVES) window.addEventListener(move, touch, { passive: true, capture: true, signal });
  stayButton.addEventListener("click", stay, { signal });
  dialog.addEventListener("cancel", stay, { signal });
  return stop;
}
