// One case: how to reach the person, the interview, a try that failed, a reserve in its place, a note to oneself.
import { el } from "../offline/dom.js";
import { newId } from "../offline/seal.js";
import { chips } from "./home.js";
import { cards, caseName, draftName } from "./work.js";

const OUTCOMES = ["not_home", "later", "unreachable", "refused", "moved", "unable", "died", "wrong_data"];
const LONGEST_REASON = 500;

export async function showCase(app, slug, number) {
  const { say, bundle, store } = app;
  const survey = bundle.surveys.find((one) => one.slug === slug);
  const [marks, names] = await Promise.all([store.marks(), store.names("draft:")]);
  const card = survey && cards(bundle, survey, marks, new Set(names)).find((one) => one.id === number);
  if (!card) return app.page(say("case", { number }), el("p", {}, say("case_gone")), home(app));
  app.showSimulated(survey.simulated);
  const { contact } = card;
  const note = await store.recall(`note:${slug}:${number}`);
  const done = card.here === "sealed" || card.here === "replaced";
  app.page(contact.name || say("case", { number }),
    el("p", { class: "small" }, [contact.name && say("case", { number }), card.place, card.due && say("due", { day: app.day(card.due) })].filter(Boolean).join(" · ")),
    chips(app, card),
    (contact.phone || contact.address || card.outcome) && el("div", { class: "card contact" },
      contact.phone && el("p", {}, el("a", { href: `tel:${contact.phone.replace(/[ .]/g, "")}` }, contact.phone)),
      contact.address && el("p", {}, contact.address),
      card.outcome && el("p", { class: "small" },
        say("last_try", { outcome: say(`outcome_${card.outcome}`), have: card.attempts, need: survey.rule.attempts }))),
    done ? el("p", { class: "flash flash-info" }, say(card.here === "sealed" ? "case_sealed" : "case_replaced"))
      : el("p", { class: "actions" }, el("button", {
        class: "button button-huge", type: "button", id: "begin",
        onclick: () => app.interview({ survey, unit: card.unit, place: card.place, number }),
      }, say(card.begun ? "interview_go_on" : "interview"))),
    !done && attemptForm(app, survey, card),
    !done && card.mayReplace && replaceForm(app, survey, card),
    noteForm(app, slug, number, note),
    card.begun && !done && discardForm(app, survey, card),
    home(app));
}

const home = (app) => el("p", {}, el("a", { href: "#/" }, app.say("to_list")));

function folded(id, title, ...content) {
  return el("details", { class: "fold", id }, el("summary", {}, title), ...content);
}

function complain(form, message, field) {
  form.querySelector(".flash-error")?.remove();
  form.prepend(el("div", { class: "flash flash-error", role: "alert" }, el("p", {}, message)));
  form.querySelector(field)?.focus();
}

function attemptForm(app, survey, card) {
  const { say, clock } = app;
  const form = el("form", { novalidate: true, autocomplete: "off" },
    el("div", { class: "field" },
      el("label", { class: "label", for: "outcome" }, say("outcome")),
      el("select", { class: "input", id: "outcome" },
        el("option", { value: "" }, say("please_choose")),
        OUTCOMES.map((outcome) => el("option", { value: outcome }, say(`outcome_${outcome}`))))),
    el("div", { class: "pair" },
      el("div", { class: "field" },
        el("label", { class: "label", for: "day" }, say("try_day")),
        el("input", { class: "input", id: "day", type: "date", value: clock.today(), min: survey.starts_on, max: clock.today() })),
      el("div", { class: "field" },
        el("label", { class: "label", for: "hour" }, say("try_hour")),
        el("input", { class: "input", id: "hour", type: "time", value: clock.iso().slice(11, 16) }))),
    el("button", { class: "button" }, say("try_record")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [outcome, day, hour] = ["outcome", "day", "hour"].map((id) => form.querySelector(`#${id}`).value);
    if (!outcome) return complain(form, say("try_no_outcome"), "#outcome");
    if (!day || !hour) return complain(form, say("try_no_moment"), "#day");
    const moment = Math.min(Date.parse(`${day}T${hour}:00+07:00`), clock.now());
    if (clock.iso(moment).slice(0, 10) < survey.starts_on) return complain(form, say("try_too_early", { day: app.day(survey.starts_on) }), "#day");
    form.querySelector("button").disabled = true;
    await tell(app, survey, card, { kind: "attempt", outcome, tried_at: clock.iso(moment) }, (mark) => ({
      ...mark, tries: [...(mark.tries ?? []), { outcome, day }],
    }));
    app.flash(say("try_recorded", { number: card.id }));
    showCase(app, survey.slug, card.id);
  });
  return folded("attempt", say("not_met"), form);
}

function replaceForm(app, survey, card) {
  const { say } = app;
  const form = el("form", { novalidate: true, autocomplete: "off" },
    el("div", { class: "field" },
      el("label", { class: "label", for: "reason" }, say("reason")),
      el("span", { class: "hint", id: "reason-hint" }, say("reason_hint")),
      el("input", { class: "input", id: "reason", type: "text", maxlength: LONGEST_REASON, "aria-describedby": "reason-hint" })),
    el("button", { class: "button button-danger" }, say("replace_now", { number: card.id })));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const reason = form.querySelector("#reason").value.trim();
    if (!reason) return complain(form, say("reason_missing"), "#reason");
    form.querySelector("button").disabled = true;
    await tell(app, survey, card, { kind: "replace", reason }, (mark) => ({ ...mark, replaced: true }));
    app.flash(say("replace_recorded", { number: card.id }));
    showCase(app, survey.slug, card.id);
  });
  return folded("replace", say("replace"), el("p", { class: "small" }, say("replace_how")), form);
}

// Queue what was done under an id of its own, and show it on the card at once.
async function tell(app, survey, card, content, changed) {
  const { store, clock } = app;
  const name = caseName(survey.slug, card.id);
  const mark = (await store.marks()).get(name) ?? {};
  await store.addAction({
    id: newId(),
    content: { ...content, survey: survey.slug, case: card.id },
    note: { survey: survey.slug, case: card.id, place: card.place, kind: content.kind, at: clock.now() },
  }, { marks: { [name]: changed(mark) } });
  await clock.keep(store);
  app.sender.now();
}

function noteForm(app, slug, number, note) {
  const { say, store } = app;
  const field = el("textarea", { class: "input", id: "note", rows: 3, maxlength: 1000, "aria-describedby": "note-hint" }, note ?? "");
  const said = el("span", { class: "small", role: "status" });
  const save = async () => {
    const text = field.value.trim();
    await (text ? store.keep(`note:${slug}:${number}`, text) : store.forget(`note:${slug}:${number}`));
    said.textContent = say("note_kept");
  };
  field.addEventListener("change", save);
  return el("div", { class: "field" },
    el("label", { class: "label", for: "note" }, say("note")), el("span", { class: "hint", id: "note-hint" }, say("note_hint")), field, said);
}

function discardForm(app, survey, card) {
  const { say } = app;
  return folded("discard", say("discard"), el("p", {}, say("discard_what")),
    el("button", {
      class: "button button-danger", type: "button",
      onclick: async () => {
        await app.store.forget(draftName(survey.slug, card.unit, card.id));
        app.flash(say("discarded"));
        showCase(app, survey.slug, card.id);
      },
    }, say("discard_now", { number: card.id })));
}
