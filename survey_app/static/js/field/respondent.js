// The respondent alone with the device: hand-over, consent, the form, thanks. Nothing of the collector's can be reached
// from here but the PIN; a form in progress is kept encrypted after every answer and gone on with after a kill; a form
// that is sent is sealed for the server in the same step in which its draft goes.
import { el } from "../offline/dom.js";
import { openForm } from "../offline/form.js";
import { newId, receiptCode, seal, sha256, toBase64url } from "../offline/seal.js";
import { caseName, draftName } from "./work.js";

const POSITION_PATIENCE = 10_000;

// Begin the form of a case or of a commune, or go on with the one begun, and hand the device over.
export async function handOver(app, { survey, unit, place, number = null }) {
  const name = draftName(survey.slug, unit, number);
  let draft = await app.store.recall(name);
  if (!draft) {
    draft = {
      id: newId(), survey: survey.slug, unit, place, case: number, questionnaire: survey.questionnaire, title: survey.title,
      simulated: survey.simulated, names: app.bundle.names[survey.slug]?.[unit], answers: {}, part: 1, language: "vi",
      spent: 0, consented: false, position: null,
    };
    await app.store.keep(name, draft);
  }
  if (!draft.position) notePosition(app, name);
  await app.store.mark("handed", { name });
  const { say } = app;
  app.enterRespondent();
  app.header.replaceChildren(el("p", { class: "respond-title" }, survey.title[app.language]));
  app.page(say("hand_title"),
    el("p", { class: "lead" }, say("hand_why")),
    el("p", {}, say("hand_pin")),
    el("p", { class: "actions" },
      el("button", { class: "button button-huge", type: "button", id: "handed", onclick: () => resume(app, name) }, say("hand_done")),
      el("button", { class: "button button-quiet", type: "button", onclick: () => app.lock() }, say("back"))));
}

// Where and only where the collector has allowed it; about a hundred metres.
function notePosition(app, name) {
  if (!app.settings.position || !navigator.geolocation) return;
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    app.positions.set(name, [coords.latitude, coords.longitude].map((degrees) => Math.round(degrees * 1000) / 1000));
  }, () => {}, { timeout: POSITION_PATIENCE, maximumAge: 300_000 });
}

// The form of a draft, at the place where it was left.
export async function resume(app, name) {
  const draft = await app.store.recall(name);
  const instrument = draft && await app.store.recall(`instrument:${draft.questionnaire}`);
  if (!instrument) {
    await app.store.unmark("handed");
    return app.lock();
  }
  app.enterRespondent();
  app.showSimulated(draft.simulated);
  if (draft.consented) showForm(app, name, draft, instrument);
  else showStart(app, name, draft, instrument);
}

function showStart(app, name, draft, instrument) {
  const { language } = draft;
  const say = app.speak(language);
  document.documentElement.lang = language;
  document.title = draft.title[language];
  const speak = (code) => {
    draft.language = code;
    showStart(app, name, draft, instrument);
  };
  app.header.replaceChildren(
    el("p", { class: "respond-title" }, ""),
    el("div", { class: "languages", role: "group", "aria-label": say("languages") },
      Object.entries(app.languages).map(([code, label]) =>
        el("button", { type: "button", lang: code, "aria-current": code === language && "true", onclick: () => speak(code) }, label))));
  const heading = el("h1", { tabindex: "-1" }, draft.title[language]);
  app.main.replaceChildren(el("div", { class: "respond start" },
    heading,
    instrument.intro && el("p", {}, instrument.intro[language]),
    el("p", { class: "minutes" }, say("minutes", { minutes: instrument.minutes })),
    el("p", {}, `${say("place")} `, el("strong", {}, draft.place)),
    el("div", { class: "consent" }, el("h2", {}, say("before")), el("p", {}, instrument.consent[language])),
    el("button", {
      class: "button", type: "button", id: "consent",
      onclick: async () => {
        draft.consented = true;
        await app.store.keep(name, draft);
        showForm(app, name, draft, instrument);
      },
    }, say("begin")),
    giveBack(app, language)));
  window.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

// For whoever stops half-way: the PIN comes next, and what was answered stays.
const giveBack = (app, language) => el("p", { class: "give-back" },
  el("button", { class: "link", type: "button", onclick: () => app.lock() }, app.speak(language)("give_back")));

function showForm(app, name, draft, instrument) {
  const began = performance.now() - draft.spent;
  const unkept = (error) => {
    console.warn(error);
    form.tell(app.speak(draft.language)("not_kept"));
    app.full = true;
  };
  const saver = new Saver(app.store, name, unkept);
  app.form = {
    name,
    draft,
    back: () => form.back(),
    close: async () => {
      form.close();
      app.form = null;
      await saver.settled();
    },
  };
  const form = openForm({
    main: app.main, header: app.header, instrument, words: app.words, languages: app.languages, names: draft.names,
    title: draft.title, draft, foot: () => giveBack(app, draft.language),
    onKeep: ({ answers, part, language }) => {
      Object.assign(draft, { answers, part, language, spent: performance.now() - began });
      draft.position = app.positions.get(name) ?? draft.position;
      saver.save(draft);
    },
    onSend: async ({ answers, language }) => {
      Object.assign(draft, { answers, language, spent: performance.now() - began });
      await saver.settled();
      try {
        await sealForm(app, name, draft);
      } catch (error) {
        return unkept(error); // nothing has changed: the draft is there, on the screen and as far as it was kept
      }
      form.close();
      app.form = null;
      await showThanks(app, draft.id, language);
      app.sender.now();
    },
  });
  performance.mark("first question");
}

// From now on nobody on this device can read it: the draft goes as the sealed form comes, in one step.
async function sealForm(app, name, draft) {
  const { clock, store, bundle } = app;
  const record = {
    survey: draft.survey, unit: draft.unit, language: draft.language, answers: draft.answers, day: clock.today(),
    minutes: Math.round(draft.spent / 6_000) / 10, filled_at: clock.wentBack ? null : clock.iso(), case: draft.case,
    position: app.positions.get(name) ?? draft.position, questionnaire: draft.questionnaire,
  };
  const sealed = await seal(record, bundle.key.raw, draft.id);
  const marks = { handed: { done: true } };
  if (draft.case) {
    const known = (await store.marks()).get(caseName(draft.survey, draft.case)) ?? {};
    marks[caseName(draft.survey, draft.case)] = { ...known, sealed: true };
  }
  const note = { survey: draft.survey, case: draft.case, place: draft.place, at: clock.now() };
  await store.addForm({ id: draft.id, sealed, sha256: await sha256(sealed), note }, { forget: [name], marks });
  await clock.keep(store);
}

async function showThanks(app, id, language) {
  const say = app.speak(language);
  document.title = say("thanks");
  app.header.replaceChildren(el("p", { class: "respond-title" }, ""));
  const heading = el("h1", { tabindex: "-1" }, say("thanks"));
  app.main.replaceChildren(el("div", { class: "respond thanks" },
    heading,
    el("p", {}, say("thanks_sealed")),
    el("dl", { class: "receipt" }, el("dt", {}, say("receipt")), el("dd", {}, await receiptCode(id))),
    el("p", { class: "hint" }, say("receipt_hint")),
    el("p", {}, el("button", { class: "button", type: "button", id: "give-back", onclick: () => app.lock() }, say("give_back")))));
  window.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

// Keeps the newest draft; while one is being written the next waits, and of several that wait the newest counts.
class Saver {
  constructor(store, name, unkept) {
    Object.assign(this, { store, name, unkept, next: null, busy: null });
  }

  save(draft) {
    this.next = draft;
    this.busy ??= this.#write();
  }

  async #write() {
    while (this.next) {
      const draft = this.next;
      this.next = null;
      await this.store.keep(this.name, draft).catch(this.unkept);
    }
    this.busy = null;
  }

  async settled() {
    await this.busy;
  }
}

// Everything sealed that waits, as a file for the coordinator; it can be read by the server alone.
export async function sealedFile(store, clock) {
  const forms = [];
  for (const state of ["waiting", "refused"]) {
    for (let order = -Infinity; ;) {
      const entries = await store.formsAfter(order, 200, state);
      if (!entries.length) break;
      for (const { id, sealed, sha256: hash } of entries) forms.push({ id, sealed: toBase64url(sealed), sha256: hash });
      order = entries.at(-1).order;
    }
  }
  return { name: `phieu-niem-phong-${clock.today()}.json`, content: JSON.stringify({ forms }), count: forms.length };
}
