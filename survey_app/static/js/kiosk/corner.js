// The staff corner without network: behind the PIN, how many forms wait; they can be sent and exported, and not be read.
import { el } from "../offline/dom.js";
import { exportForms, isPin } from "./ready.js";

const LOCK_AFTER = 5;
const LOCK_FOR = 15 * 60_000;

export async function showCorner(tablet) {
  const { say, store, clock } = tablet;
  tablet.visited = true; // the screen stays while somebody stands here
  const verifier = await store?.recall("pin");
  const back = el("a", { class: "button button-quiet", href: "/quay" }, say("to_start"));
  tablet.header.replaceChildren();
  if (!verifier) {
    tablet.page(el("div", { class: "respond start pairing" }, el("h1", {}, say("staff_corner")), el("p", {}, say("pin_unknown")), el("p", {}, back)));
    return;
  }
  const error = el("p", { class: "error", id: "pin-error", role: "alert", hidden: true }, say("pin_wrong"));
  const input = el("input", { class: "input code", id: "pin", type: "password", inputmode: "numeric", autocomplete: "off", maxlength: 6, "aria-describedby": "pin-error" });
  const enter = async (event) => {
    event.preventDefault();
    const tries = (await store.marks()).get("pin-tries") ?? { count: 0, at: 0 };
    const waits = tries.count >= LOCK_AFTER && clock.now() - tries.at < LOCK_FOR;
    const right = !waits && await isPin(input.value.trim(), verifier);
    input.value = "";
    if (right) {
      await store.unmark("pin-tries");
      await showQueue(tablet);
      return;
    }
    const count = waits ? tries.count : (tries.count >= LOCK_AFTER ? 0 : tries.count) + 1;
    await store.mark("pin-tries", { count, at: waits ? tries.at : clock.now() });
    error.hidden = false;
  };
  tablet.page(el("div", { class: "respond start pairing" },
    el("h1", {}, say("staff_corner")),
    el("form", { novalidate: true, autocomplete: "off", onsubmit: enter },
      el("div", { class: "field" }, el("label", { class: "label", for: "pin" }, say("pin")), error, input),
      el("p", { class: "actions" }, el("button", { class: "button" }, say("open_corner")), " ", back))));
}

async function showQueue(tablet) {
  const { say } = tablet;
  tablet.page(el("div", { class: "respond staff" },
    el("h1", {}, tablet.bundle?.device ?? say("staff_corner")),
    await drawQueue(tablet.store, tablet.clock, tablet.sender, say),
    el("p", { class: "actions" }, el("a", { class: "button", href: "/quay" }, say("to_start")))));
}

// How many wait, with the ways out; drawn anew after each.
export async function drawQueue(store, clock, sender, say) {
  const place = el("div", { id: "queue" });
  const draw = async () => {
    const counts = await store.counts();
    const waits = counts.forms + counts.refusedForms;
    place.replaceChildren(...[
      el("p", { class: "lead", role: "status" }, waits ? say("waits", { count: counts.forms }) : say("nothing_waits")),
      counts.refusedForms > 0 && el("p", { class: "error" }, say("refused", { count: counts.refusedForms })),
      waits > 0 && el("p", { class: "actions" },
        el("button", { class: "button", type: "button", id: "send", onclick: async () => { if (navigator.onLine) await sender.now(); await draw(); } }, say("send_now")),
        el("button", { class: "button button-quiet", type: "button", id: "export", onclick: () => exportForms(store, clock) }, say("export"))),
      waits > 0 && el("p", { class: "hint" }, say("export_what")),
    ].filter(Boolean));
  };
  await draw();
  return place;
}
