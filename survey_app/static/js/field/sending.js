// What waits to be sent, what the server refused and why, and what became of the rest; the ways out are sending and a
// sealed file.
import { el } from "../offline/dom.js";
import { sealedFile } from "./respondent.js";

const AT_ONCE = 30;

// The bar at the bottom of every page of the collector's.
export function drawBar(app, counts, status) {
  const { say } = app;
  const waits = counts.forms + counts.actions;
  const line = status.sending ? say("sending", { done: status.done })
    : waits ? say("waits", { forms: counts.forms, actions: counts.actions }) : say("nothing_waits");
  const when = app.sentAt ? say("sent_last", { when: app.moment(app.sentAt) }) : say("sent_never");
  const problem = status.problem && say(`problem_${status.problem}`);
  app.bar.replaceChildren(el("div", { class: "inner" },
    el("button", {
      class: waits ? "button send" : "button button-quiet send", type: "button", id: "send", disabled: status.sending,
      onclick: () => app.sendNow(),
    }, say("send_data")),
    el("p", {}, el("strong", {}, line), el("br"), el("span", { class: "small" }, when),
      problem && el("span", { class: "problem" }, problem),
      (counts.refusedForms + counts.refusedActions) > 0 && el("a", { class: "problem", href: "#/gui" }, say("refused_some", { count: counts.refusedForms + counts.refusedActions })),
      " ", el("a", { href: "#/gui" }, say("see_queue")))));
}

export async function showQueue(app) {
  const { say, store } = app;
  const counts = await store.counts();
  app.showSimulated(false);
  app.page(say("queue"),
    el("p", { class: "answer" }, counts.all ? say("waits", { forms: counts.forms, actions: counts.actions }) : say("nothing_waits")),

    await refused(app, "forms"),
    await refused(app, "actions"),
    counts.forms > 0 && await waiting(app, counts.forms),
    counts.forms + counts.refusedForms > 0 && folded(say("export"), el("p", {}, say("export_what")),
      el("button", { class: "button button-quiet", type: "button", id: "export", onclick: () => exportForms(app) }, say("export_now"))),
    await history(app),
    el("p", {}, el("a", { href: "#/" }, say("to_list"))));
}

const folded = (title, ...content) => el("details", { class: "fold" }, el("summary", {}, title), ...content);

function label(app, { note }) {
  const { say } = app;
  const what = note.kind ? say(`kind_${note.kind}`) : say("kind_form");
  const about = note.case ? say("case", { number: note.case }) : note.place;
  return [what, about, note.at && app.moment(note.at)].filter(Boolean).join(" · ");
}

async function refused(app, queue) {
  const { say, store } = app;
  const entries = await store.after(queue, -Infinity, AT_ONCE, "refused");
  if (!entries.length) return null;
  return [
    el("h2", {}, say(`refused_${queue}`)),
    el("ul", { class: "cards" }, entries.map((entry) =>
      el("li", { class: "card refused" },
        el("strong", {}, label(app, entry)),
        el("p", { class: "problem" }, entry.reason ?? ""),
        el("p", { class: "actions" },
          el("button", {
            class: "button button-quiet", type: "button",
            onclick: async () => {
              await store.again(queue, entry.order);
              await app.sendNow();
              showQueue(app);
            },
          }, say("try_again")),
          queue === "actions" && el("button", {
            class: "button button-quiet", type: "button",
            onclick: async () => {
              await store.drop(queue, entry.order);
              await app.countAgain();
              showQueue(app);
            },
          }, say("drop_action")))))),
  ];
}

async function waiting(app, count) {
  const entries = await app.store.formsAfter(-Infinity, AT_ONCE);
  return folded(app.say("waiting_list", { count }),
    el("ul", { class: "plain" }, entries.map((entry) => el("li", {}, label(app, entry)))),
    count > entries.length && el("p", { class: "small" }, app.say("and_more", { count: count - entries.length })));
}

async function history(app) {
  const { say } = app;
  const lines = await app.store.log(AT_ONCE);
  if (!lines.length) return null;
  return folded(say("history"), el("ul", { class: "plain" }, lines.map((line) =>
    el("li", {}, el("strong", {}, say(`state_${line.state}`)), ` ${label(app, line)}`,
      line.code && ` · ${line.code}`, line.reason && el("span", { class: "small" }, ` ${line.reason}`)))));
}

export async function exportForms(app) {
  const { name, content, count } = await sealedFile(app.store, app.clock);
  const address = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  await app.store.mark("exported", { count, at: app.clock.now() });
  app.flash(app.say("exported", { count }));
}
