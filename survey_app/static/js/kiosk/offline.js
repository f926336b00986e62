// A tablet whose network is broken: the same start screen and the same form, without the server. A form that is sent is
// sealed at once and waits on the tablet; a form that is left was never anywhere but on the screen.
import { Clock } from "../field/clock.js";
import { el, speaker } from "../offline/dom.js";
import { openForm } from "../offline/form.js";
import { newId, receiptCode, seal, sha256 } from "../offline/seal.js";
import { openStore } from "../offline/store.js";
import { watchIdle } from "./idle.js";
import { canKeep, queueOf, STORE } from "./ready.js";
import { showCorner } from "./corner.js";

const TRY_EVERY = 10_000;
const HOUR = 3_600_000;
const data = document.getElementById("app-data").dataset;

class Tablet {
  constructor() {
    this.words = JSON.parse(data.words);
    this.names = JSON.parse(data.languages);
    this.main = document.getElementById("main");
    this.header = document.getElementById("header");
    this.dialog = document.getElementById("idle");
    this.visited = false;
  }

  async open() {
    this.store = canKeep() ? await openStore(STORE) : null;
    this.clock = this.store && await Clock.open(this.store);
    this.bundle = await this.store?.recall("bundle");
    this.sender = this.store && queueOf(this.store);
    this.speak(this.bundle?.languages[0] ?? "vi");
    if (location.pathname.endsWith("/can-bo")) await showCorner(this);
    else this.showStart();
    window.addEventListener("online", () => this.tryServer());
    setInterval(() => this.tryServer(), TRY_EVERY);
  }

  speak(language) {
    this.language = language;
    this.say = speaker(this.words[language]);
    document.documentElement.lang = language;
  }

  // Back to the server's own screen as soon as it is there, but never while somebody answers or reads.
  async tryServer() {
    if (this.visited || !navigator.onLine) return;
    const answer = await fetch("/quay/goi", { cache: "no-store" }).catch(() => null);
    if (answer && answer.status < 500 && !this.visited) location.replace(data.start);
  }

  page(...content) {
    const { bundle, say } = this;
    document.title = bundle?.title[this.language] ?? say("not_ready");
    document.getElementById("simulated").hidden = !bundle?.simulated;
    document.getElementById("simulated-words").replaceChildren(el("strong", {}, say("simulated")), ` · ${say("simulated_long")}`);
    this.main.replaceChildren(...content.flat().filter(Boolean));
    window.scrollTo(0, 0);
  }

  drawHeader() {
    const { bundle, say } = this;
    const codes = bundle?.languages ?? [];
    this.header.replaceChildren(
      el("p", { class: "respond-title" }, bundle?.title[this.language] ?? ""),
      codes.length > 1 && el("div", { class: "languages", role: "group", "aria-label": say("languages") }, codes.map((code) =>
        el("button", { type: "button", lang: code, "aria-current": code === this.language && "true", onclick: () => { this.speak(code); this.showStart({ fresh: false }); } }, this.names[code]))) || "");
  }

  showStart({ fresh = true } = {}) {
    const { bundle } = this;
    this.visited = false;
    if (fresh && bundle) this.speak(bundle.languages[0]);
    const { say } = this;
    document.body.className = ["page-respondent kiosk device", ...(bundle?.look ?? [])].join(" ");
    this.drawHeader();
    const corner = el("p", { class: "staff-corner" }, el("a", { href: "/quay/can-bo" }, say("staff")));
    if (!bundle) {
      this.page(el("div", { class: "respond closed" }, el("h1", {}, say("not_ready")), el("p", {}, say("not_ready_what"))), corner);
      return;
    }
    this.page(
      el("div", { class: "respond start" },
        el("div", { class: "flash flash-info", role: "status" }, el("p", {}, say("no_network"))),
        el("h1", {}, bundle.place),
        el("p", { class: "lead" }, say("lead")),
        el("p", { class: "minutes" }, say("minutes", { minutes: bundle.instrument.minutes })),
        el("p", { class: "consent-short" }, bundle.instrument.consent[this.language]),
        el("button", { class: "button huge", type: "button", id: "begin", onclick: () => this.begin() }, say("begin"))),
      corner);
  }

  // The tablet's own limit, counted here while the server cannot.
  async mayBegin() {
    const present = this.clock.now();
    const kept = (await this.store.marks()).get("hour");
    const hour = kept && present - kept.started < HOUR ? kept : { started: present, count: 0 };
    if (hour.count >= this.bundle.hourly_limit) return false;
    await this.store.mark("hour", { ...hour, count: hour.count + 1 });
    return true;
  }

  async begin() {
    const { bundle, say } = this;
    if (this.visited) return; // a second touch, while the first is looked up
    this.visited = true;
    if (!(await this.mayBegin())) {
      this.visited = false;
      this.main.querySelector(".flash p").textContent = say("rest");
      return;
    }
    const id = newId();
    const began = performance.now();
    const languages = Object.fromEntries(bundle.languages.map((code) => [code, this.names[code]]));
    this.form = openForm({
      main: this.main, header: this.header, instrument: bundle.instrument, words: this.words, languages,
      names: bundle.names, title: bundle.title, draft: { answers: {}, part: 1, language: this.language },
      onKeep: ({ language }) => {
        if (language !== this.language) this.speak(language);
        this.drawStop();
      },
      onSend: (draft) => this.send(id, draft, began),
    });
    this.drawStop();
    const set = (name, words) => { document.getElementById(name).textContent = words; };
    set("idle-title", say("idle_title"));
    set("idle-what", say("idle_what"));
    set("idle-seconds", say("idle_seconds"));
    set("idle-stay", say("idle_stay"));
    set("idle-wipe", say("stop_now"));
    document.getElementById("idle-wipe").onclick = () => this.end();
    this.stopWatch = watchIdle({
      dialog: this.dialog, idle: bundle.idle, warning: Math.max(20, bundle.countdown), onWipe: () => this.end(),
    });
  }

  // The form draws its header anew with every part; the way out is put back beside the languages.
  drawStop() {
    queueMicrotask(() => {
      const place = this.header.querySelector(".languages");
      if (!this.form || !place || place.querySelector(".leave")) return;
      place.append(el("details", { class: "leave" }, el("summary", {}, this.say("stop")),
        el("div", { class: "leave-box" }, el("p", {}, this.say("stop_what")),
          el("button", { class: "button button-danger", type: "button", onclick: () => this.end() }, this.say("stop_now")))));
    });
  }

  // Nothing of it was kept anywhere but on the screen.
  end() {
    this.stopWatch?.();
    this.form?.close();
    this.form = this.stopWatch = null;
    if (this.dialog.open) this.dialog.close();
    this.showStart();
    this.tryServer();
  }

  async send(id, { answers, language }, began) {
    const { bundle, clock, store } = this;
    const record = {
      survey: bundle.survey, unit: bundle.unit, language, answers, day: clock.today(),
      minutes: Math.round((performance.now() - began) / 6_000) / 10, filled_at: clock.wentBack ? null : clock.iso(),
      case: null, position: null, questionnaire: bundle.instrument.hash,
    };
    try {
      const sealed = await seal(record, bundle.key.raw, id);
      await store.addForm({ id, sealed, sha256: await sha256(sealed), note: {} });
      await clock.keep(store);
    } catch {
      const words = this.say("full");
      this.main.querySelector("h1").before(el("div", { class: "flash flash-error", role: "alert" }, el("p", {}, words)));
      return;
    }
    this.stopWatch();
    this.form.close();
    this.form = this.stopWatch = null;
    if (navigator.onLine) this.sender.now();
    await this.showThanks(id);
  }

  async showThanks(id) {
    const { say, bundle } = this;
    const code = await receiptCode(id);
    const left = el("p", { class: "hint", role: "timer" });
    this.header.replaceChildren(el("p", { class: "respond-title" }, bundle.title[this.language]));
    this.page(el("div", { class: "respond thanks" },
      el("h1", {}, say("thanks")), el("p", {}, say("thanks_sealed")),
      el("dl", { class: "receipt" }, el("dt", {}, say("receipt")), el("dd", {}, code)), left,
      el("p", {}, el("button", { class: "button button-quiet", type: "button", onclick: () => leave() }, say("to_start")))));
    const shown = bundle.countdown * 1000;
    let ends = Date.now() + shown;
    const leave = () => {
      clearInterval(timer);
      this.showStart();
      this.tryServer();
    };
    const tick = () => {
      ends = Math.min(ends, Date.now() + shown); // a clock set back keeps nobody's thanks for longer
      const seconds = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
      left.textContent = say("back_in", { seconds });
      if (seconds === 0) leave();
    };
    const timer = setInterval(tick, 250);
    tick();
  }
}

const tablet = new Tablet();
tablet.open().then(() => { document.documentElement.dataset.ready = "true"; });
