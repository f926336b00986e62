// A whole questionnaire on the device, section by section: the same look, classes and rules as templates/respond/ and
// survey_app/instruments/{form,path}.py. The page brings two places and the words; nothing here speaks by itself.
//
//   const form = openForm({
//     main, header,                  // where the section and the title with the language switch go
//     instrument,                    // from the bundle (collection/offline/instruments.py)
//     words: { vi, en }, languages: { vi: "Tiếng Việt", … }, names: { vi: { agency, commune, province }, en },
//     title: { vi, en }, simulated,
//     draft: { answers: {}, part: 1, language: "vi" },
//     onKeep(draft),                 // after every change; the draft is a plain value that can be kept and given back
//     async onSend(draft),           // the last section is right: draft.answers holds what is on the path, nothing else
//     onFirstBack(),                 // „Quay lại” on the first section, where given
//     foot(),                        // an element below the questions, where given
//   });
//   form.back(); form.tell(message); form.close();
import { path } from "../conditions.js";
import { readAnswer, Refused } from "./checks.js";
import { el, speaker } from "./dom.js";
import { blocksOf, drawBlock } from "./questions.js";

// The numbers of survey_app/instruments/straight_lines.py.
const LONG = 7;
const FINE = 4;

export function openForm(options) {
  const form = new Form(options);
  form.show();
  return form;
}

class Form {
  constructor(options) {
    const { instrument, draft } = options;
    Object.assign(this, options);
    this.parts = instrument.sections;
    this.questions = this.parts.flatMap((section) => section.items);
    this.instrument = { ...instrument, items: new Map(this.questions.map((item) => [item.key, item])) };
    this.draft = { answers: {}, part: 1, language: "vi", ...draft };
    this.said = "";
    this.events = new AbortController();
    this.main.addEventListener("change", (event) => this.#changed(event), { signal: this.events.signal });
    this.main.addEventListener("input", () => this.#changed(), { signal: this.events.signal });
  }

  close() {
    this.events.abort();
  }

  get section() {
    return this.parts[this.draft.part - 1];
  }

  // The keys on the respondent's path.
  visible(answers = this.draft.answers) {
    return new Set(path(this.questions, answers));
  }

  // --- The page of a section -------------------------------------------------------------------------------------

  show({ focus = true } = {}) {
    const { language, part, answers } = this.draft;
    const say = speaker(this.words[language]);
    const names = this.names?.[language] ?? {};
    const text = (given) => given[language].replace(/\{(agency|commune|province)\}/g, (whole, name) => names[name] ?? whole);
    const written = (number) => language === "en" ? String(number) : String(number).replace(".", ",");
    const day = (iso) => language === "en" ? iso : iso.split("-").reverse().join("/");
    this.context = { instrument: this.instrument, say, language, text, written, day };
    document.documentElement.lang = language;
    const title = text(this.section.title);
    const total = this.parts.length;
    document.title = `${say("progress", { index: part, total })}: ${title} – ${this.title[language]}`;
    this.header.replaceChildren(
      el("p", { class: "respond-title" }, this.title[language]),
      el("div", { class: "languages", role: "group", "aria-label": say("languages") },
        Object.entries(this.languages).map(([code, name]) =>
          el("button", { type: "button", lang: code, "aria-current": code === language && "true", onclick: () => this.#speak(code) }, name))));
    const heading = el("h1", { tabindex: "-1" }, title);
    this.place = el("form", { id: "answers", novalidate: true, autocomplete: "off", onsubmit: (event) => { event.preventDefault(); this.next(); } },
      blocksOf(this.section, this.instrument).map((block) => drawBlock(block, answers, this.context, title)),
      this.#sameNotes());
    const onward = el("button", { class: "button onward", form: "answers" }, say(part === total ? "send" : "next"));
    const mayGoBack = this.#partBefore() !== null || this.onFirstBack;
    this.main.replaceChildren(
      el("div", { class: "respond" },
        el("div", { class: "progress" },
          el("p", {}, say("progress", { index: part, total })),
          el("div", { class: total > 12 ? "segments segments-many" : "segments", "aria-hidden": "true" },
            this.parts.map((_section, place) =>
              el("span", { class: `segment${place + 1 < part ? " segment-done" : place + 1 === part ? " segment-now" : ""}` })))),
        this.said && el("div", { class: "flash flash-info", role: "status" }, el("p", {}, say(this.said))),
        heading,
        this.section.intro && el("p", {}, text(this.section.intro)),
        this.place,
        this.foot?.()),
      el("div", { class: "bottom-bar" }, el("div", { class: "inner" }, onward,
        mayGoBack && el("button", { class: "button button-quiet", type: "button", onclick: () => this.back() }, say("back")))));
    this.said = "";
    this.#follow();
    if (focus) {
      window.scrollTo(0, 0);
      heading.focus({ preventScroll: true });
    }
  }

  #sameNotes() {
    const batteries = grouped(this.section.items.filter((item) => item.type === "scale"));
    return [...batteries].filter(([scale, items]) => items.length >= LONG && this.instrument.scales[scale].points.length >= FINE)
      .map(([_scale, items]) => el("div", { role: "status" },
        el("p", { class: "flash flash-info", hidden: true, "data-same": items.map((item) => item.key).join(" ") }, this.context.say("same"))));
  }

  // --- What stands on the page -----------------------------------------------------------------------------------

  #node(key) {
    return this.place.querySelector(`[data-item="${key}"], [data-line="${key}"]`);
  }

  // The answers with those of this page read anew, and what is wrong with which question.
  #read() {
    const answers = { ...this.draft.answers };
    const wrong = new Map();
    for (const item of this.section.items) {
      delete answers[item.key];
      if (item.type === "information") continue;
      try {
        const value = readAnswer(item, this.#node(item.key), this.context);
        if (value !== undefined) answers[item.key] = value;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        wrong.set(item.key, error.message);
      }
    }
    this.#tickOther(answers);
    const on = this.visible(answers);
    for (const key of Object.keys(answers)) if (!on.has(key)) delete answers[key];
    for (const key of [...wrong.keys()]) if (!on.has(key)) wrong.delete(key);
    return { answers, wrong, on };
  }

  // Choose „other” for whoever wrote beside it and chose nothing else, so that no word is lost.
  #tickOther(answers) {
    for (const line of this.section.items) {
      if (!line.parent || !(line.key in answers)) continue;
      const item = this.instrument.items.get(line.parent);
      const option = item.options.find((one) => one.other);
      if (item.type === "single") answers[item.key] ??= option.value;
      else if (!answers[item.key]?.includes(option.value)) answers[item.key] = [...(answers[item.key] ?? []), option.value];
    }
  }

  // Show and hide what depends on the answers, and the gentle word about a straight line.
  #follow() {
    const { on } = this.#read();
    for (const item of this.section.items) {
      if (item.parent) continue;
      const node = this.#node(item.key);
      node.hidden = !on.has(item.key);
      if (node.tagName === "FIELDSET") node.disabled = node.hidden;
    }
    for (const note of this.place.querySelectorAll("[data-same]")) {
      const rows = note.dataset.same.split(" ").map((key) => this.#node(key)).filter((row) => !row.hidden);
      const levels = new Set(rows.map((row) => {
        const chosen = row.querySelector("input:checked");
        return chosen && !chosen.closest(".no-opinion, .apart") ? chosen.value : "";
      }));
      note.hidden = rows.length < LONG || levels.size !== 1 || levels.has("");
    }
  }

  #changed(event) {
    if (event) standAlone(event.target);
    this.#follow();
    this.draft = { ...this.draft, answers: this.#read().answers };
    this.onKeep?.(this.draft);
  }

  // --- Onward and back -------------------------------------------------------------------------------------------

  async next() {
    if (this.busy) return;
    const { answers, wrong, on } = this.#read();
    this.#keep({ answers });
    const errors = this.#errors(answers, wrong, on);
    if (errors.length) return this.#showMistakes(errors);
    const following = this.#partsOnPath(answers).find((part) => part > this.draft.part);
    if (following) return this.#go(following);
    const skipped = this.#skipped(answers);
    if (skipped && skipped !== this.draft.part) {
      this.said = "skipped";
      return this.#go(skipped);
    }
    if (!Object.keys(answers).length) return this.#showMistakes([{ anchor: "answers", message: this.context.say("nothing") }]);
    this.busy = true;
    for (const button of this.main.querySelectorAll(".bottom-bar button")) button.disabled = true;
    try {
      await this.onSend(this.draft);
    } finally {
      this.busy = false;
      for (const button of this.main.querySelectorAll(".bottom-bar button")) button.disabled = false;
    }
  }

  back() {
    if (this.busy) return;
    const { answers, wrong, on } = this.#read();
    this.#keep({ answers });
    if (wrong.size) return this.#showMistakes(this.#errors(answers, wrong, on, { missing: false }));
    const before = this.#partBefore();
    if (before !== null) this.#go(before);
    else this.onFirstBack?.();
  }

  #go(part) {
    this.#keep({ part });
    this.show();
  }

  #keep(change) {
    this.draft = { ...this.draft, ...change };
    this.onKeep?.(this.draft);
  }

  // In another language with everything as it stands, also what cannot be kept yet.
  #speak(language) {
    if (language === this.draft.language) return;
    const inputs = () => [...this.place.querySelectorAll("input, select, textarea")];
    const before = inputs().map(({ id, value, checked }) => ({ id, value, checked }));
    const errors = Boolean(this.main.querySelector(".error-summary"));
    this.#keep({ answers: this.#read().answers, language });
    this.show({ focus: false });
    const now = new Map(inputs().map((input) => [input.id, input]));
    for (const { id, value, checked } of before) {
      const input = now.get(id);
      if (["radio", "checkbox"].includes(input.type)) input.checked = checked;
      else input.value = value;
    }
    this.#follow();
    if (errors) {
      const { answers, wrong, on } = this.#read();
      this.#showMistakes(this.#errors(answers, wrong, on));
    }
  }

  #partsOnPath(answers) {
    const on = this.visible(answers);
    return this.parts.flatMap((section, place) => section.items.some((item) => on.has(item.key)) ? [place + 1] : []);
  }

  #partBefore() {
    return this.#partsOnPath(this.draft.answers).filter((part) => part < this.draft.part).at(-1) ?? null;
  }

  #skipped(answers) {
    const on = this.visible(answers);
    const missing = (section) => section.items.some((item) => item.required && on.has(item.key) && !(item.key in answers));
    const place = this.parts.findIndex(missing);
    return place < 0 ? null : place + 1;
  }

  // Say something above the questions; everything on the page stays.
  tell(message) {
    this.#showMistakes([{ anchor: "answers", message }]);
  }

  // --- Mistakes --------------------------------------------------------------------------------------------------

  #errors(answers, wrong, on, { missing = true } = {}) {
    const { say, language } = this.context;
    const found = [];
    for (const item of this.section.items) {
      if (!on.has(item.key)) continue;
      const { key, number } = item;
      const anchor = `q-${key}`;
      if (wrong.has(key)) found.push({ key, anchor, message: say("problem", { number, message: wrong.get(key) }) });
      else if (missing && item.required && !(key in answers)) {
        const noOpinion = item.type === "scale" && this.instrument.scales[item.scale].no_opinion;
        const message = noOpinion
          ? say("unanswered_no_opinion", { number, no_opinion: noOpinion[language] })
          : say(`unanswered_${item.type}`, { number });
        found.push({ key, anchor, message, blank: true, number });
      }
    }
    return found;
  }

  #showMistakes(errors) {
    const { say } = this.context;
    for (const old of this.main.querySelectorAll(".error-summary, #answers .error")) old.remove();
    for (const old of this.place.querySelectorAll(".question-invalid")) old.classList.remove("question-invalid");
    for (const old of this.place.querySelectorAll("[aria-invalid]")) describe(old, null);
    for (const { key, anchor, message } of errors) if (key) this.#showMistake(key, anchor, message);
    const blank = errors.filter((error) => error.blank);
    const other = errors.filter((error) => !error.blank);
    const links = (list, words) => list.map((error) =>
      el("li", {}, el("a", { href: `#${error.anchor}`, onclick: (event) => this.#jump(event, error.anchor) }, words(error))));
    const summary = el("div", { class: "error-summary", id: "errors", role: "alert", tabindex: "-1", "aria-labelledby": "errors-title" },
      blank.length < 4
        ? [el("h2", { id: "errors-title" }, say("review", { total: errors.length })), el("ul", {}, links(errors, (error) => error.message))]
        : [
            el("h2", { id: "errors-title" }, say("blank_title", { total: blank.length })),
            el("p", {}, say("blank_advice")),
            el("ul", { class: "error-numbers" }, links(blank, ({ number }) => say("number", { number }))),
            other.length > 0 && [el("p", {}, say("also")), el("ul", {}, links(other, (error) => error.message))],
          ]);
    this.main.querySelector("h1").before(summary);
    if (!document.title.startsWith(say("review_title"))) document.title = `${say("review_title")} ${document.title}`;
    summary.focus();
    summary.scrollIntoView({ block: "start" });
  }

  #showMistake(key, anchor, message) {
    const node = this.#node(key);
    const error = el("p", { class: "error", id: `${anchor}-error` }, message);
    node.classList.add("question-invalid");
    if (node.matches("tr")) node.querySelector("th").append(error);
    else node.querySelector(":scope > legend, :scope > label").after(error);
    const typed = node.querySelector(".answer-input .input, :scope > .input");
    const carriers = node.matches("tr") ? node.querySelectorAll("input") : typed ? [typed] : [node];
    for (const carrier of carriers) describe(carrier, `${anchor}-error`);
  }

  // To the first thing that can be answered there; the address of the page stays.
  #jump(event, anchor) {
    event.preventDefault();
    const node = document.getElementById(anchor);
    node.scrollIntoView({ block: "start" });
    node.querySelector("input:not([type=hidden]), select, textarea")?.focus({ preventScroll: true });
  }
}

// An answer such as "none of these" stands alone.
function standAlone(target) {
  if (target.type !== "checkbox" || !target.checked) return;
  for (const other of target.closest("fieldset").querySelectorAll("input[type=checkbox]")) {
    if (other !== target && (target.matches("[data-exclusive]") || other.matches("[data-exclusive]"))) other.checked = false;
  }
}

function describe(element, error) {
  const kept = (element.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && !id.endsWith("-error"));
  const ids = error ? [error, ...kept] : kept;
  if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
  else element.removeAttribute("aria-describedby");
  if (error) element.setAttribute("aria-invalid", "true");
  else element.removeAttribute("aria-invalid");
}

function grouped(items) {
  const found = new Map();
  for (const item of items) found.set(item.scale, [...(found.get(item.scale) ?? []), item]);
  return found;
}
