// The collector's own settings on this device: position, PIN, storage, and signing out, which is refused while something
// is unsent.
import { el } from "../offline/dom.js";
import { choosePin } from "./lock.js";
import { exportForms } from "./sending.js";

export async function showSettings(app) {
  const { say, store, settings, session } = app;
  app.showSimulated(false);
  const stored = await navigator.storage?.estimate?.();
  const persistent = await navigator.storage?.persisted?.();
  app.page(say("device"),

    el("p", {}, say("signed_in_as", { name: app.bundle.person.name })),
    session && el("p", { class: "small" }, say("session_until", { day: app.day(session.session_ends.slice(0, 10)) })),
    el("div", { class: "field" },
      el("label", { class: "choice" },
        el("input", {
          type: "checkbox", id: "position", checked: settings.position,
          onchange: async (event) => {
            app.settings = { ...app.settings, position: event.target.checked };
            await store.keep("settings", app.settings);
          },
        }), el("span", {}, say("position"))),
      el("span", { class: "hint" }, say("position_what"))),
    stored && el("p", { class: "small" }, say("storage_used", { used: Math.ceil(stored.usage / 1e6) }), " ", say(persistent ? "storage_safe" : "storage_unsafe")),
    el("p", { class: "small" }, say("version", { version: app.version })),
    el("p", { class: "actions" },
      el("button", { class: "button button-quiet", type: "button", onclick: async () => { await choosePin(app); showSettings(app); } }, say("pin_change")),
      el("button", { class: "button button-quiet", type: "button", id: "refresh", onclick: () => app.sendNow() }, say("refresh"))),
    el("h2", {}, say("sign_out")),
    el("div", { id: "sign-out-place" }, el("p", {}, say("sign_out_what")),
      el("button", { class: "button button-danger", type: "button", id: "sign-out", onclick: () => signOut(app) }, say("sign_out"))),
    el("p", {}, el("a", { href: "#/" }, say("to_list"))));
}

async function signOut(app) {
  const { say, store } = app;
  const [counts, drafts, marks] = await Promise.all([store.counts(), store.names("draft:"), store.marks()]);
  const unsent = counts.all + drafts.length;
  const exported = marks.get("exported");
  const kept = exported && exported.count === counts.forms + counts.refusedForms && !drafts.length;
  if (unsent && !kept) return refuse(app, counts, drafts);
  await leave(app);
}

function refuse(app, counts, drafts) {
  const { say } = app;
  document.getElementById("sign-out-place").replaceChildren(
    el("div", { class: "flash flash-error", role: "alert", tabindex: "-1", id: "sign-out-refused" },
      el("p", {}, el("strong", {}, say("sign_out_refused"))),
      el("p", {}, say("waits", { forms: counts.forms + counts.refusedForms, actions: counts.actions + counts.refusedActions })),
      drafts.length > 0 && el("p", {}, say("drafts_left", { count: drafts.length }))),
    el("p", { class: "actions" },
      el("button", { class: "button", type: "button", onclick: async () => { await app.sendNow(); showSettings(app); } }, say("send_data")),
      counts.forms + counts.refusedForms > 0 && el("button", {
        class: "button button-quiet", type: "button", id: "export",
        onclick: async () => { await exportForms(app); showSettings(app); },
      }, say("export_now"))),
    el("p", { class: "small" }, say("sign_out_ways")));
  document.getElementById("sign-out-refused").focus();
}

// Contacts, cases and settings leave the device at once; what is sealed and unsent stays until it is confirmed.
async function leave(app) {
  await app.store.wipe();
  await app.store.mark("left", true); // without network the cookie goes at the next chance
  window.location.replace("/thu-phieu/ung-dung");
}
