// The collector's app: opens what the device keeps, asks for the PIN, shows the list, hands the device to respondents,
// sends what waits. It works without network once the first bundle is here.
import { el, speaker } from "../offline/dom.js";
import { actions, forms, Sender, SignedOut } from "../offline/send.js";
import { openStore } from "../offline/store.js";
import { showCase } from "./case.js";
import { Clock } from "./clock.js";
import { showHome } from "./home.js";
import { choosePin, unlock } from "./lock.js";
import { hasPin } from "./pin.js";
import { handOver, resume } from "./respondent.js";
import { drawBar, showQueue } from "./sending.js";
import { showSettings } from "./settings.js";
import { askSession, refreshBundle, SignedOutHere } from "./work.js";

const PLACE = "/thu-phieu/ung-dung";
const SIGN_IN = `/dang-nhap?next=${encodeURIComponent(PLACE)}`;
const LITTLE_SPACE = 50e6;
const SOON = 3 * 24 * 3_600_000;
const REFRESH_EVERY = 15 * 60_000;

class App {
  constructor() {
    this.main = document.getElementById("main");
    this.header = document.getElementById("header");
    this.bar = document.getElementById("bar");
    this.notice = document.getElementById("notices");
    const { words, languages, version } = document.getElementById("app-data").dataset;
    this.words = JSON.parse(words);
    this.languages = Object.fromEntries(JSON.parse(languages));
    this.version = version;
    this.positions = new Map();
    this.settings = { position: false };
    this.unlocked = false;
    this.form = null;
    this.warnings = new Map();
    this.speakIn("vi");
  }

  speak(language) {
    return speaker(this.words[language]);
  }

  speakIn(language) {
    this.language = language;
    this.say = this.speak(language);
    document.documentElement.lang = language;
  }

  // --- Opening ---------------------------------------------------------------------------------------------------

  async open() {
    if (!window.isSecureContext || !window.indexedDB || !crypto.subtle) return this.page(this.say("app"), el("p", {}, this.say("cannot")));
    this.store = await openStore("hai-long-field");
    this.clock = await Clock.open(this.store);
    const marks = await this.store.marks();
    if (marks.get("left")) return this.finishLeaving();
    this.sentAt = marks.get("sent-at");
    this.settings = { ...this.settings, ...(await this.store.recall("settings")) };
    this.speakIn(this.settings.language ?? "vi");
    this.bundle = await this.store.recall("bundle");
    this.session = marks.get("session");
    this.sender = new Sender({
      store: this.store,
      queues: [actions("/thu-phieu/viec"), forms("/thu-phieu/gui")],
      token: () => this.token(),
      onChange: (status) => this.showStatus(status),
    });
    this.listen();
    const handed = marks.get("handed");
    if (handed?.name && this.bundle) await resume(this, handed.name);
    else if (this.bundle) this.lock();
    else await this.begin();
    this.sender.start();
    this.keepApart();
  }

  // The first time: fetch the work, choose a PIN.
  async begin() {
    this.page(this.say("app"), el("p", { role: "status" }, this.say("fetching")));
    try {
      await this.refresh();
    } catch (error) {
      if (error instanceof SignedOutHere) return window.location.assign(SIGN_IN);
      return this.page(this.say("app"), el("p", {}, this.say("first_time_online")),
        el("p", {}, el("button", { class: "button", type: "button", onclick: () => this.begin() }, this.say("try_again"))));
    }
    await choosePin(this);
    this.enter();
  }

  async finishLeaving() {
    this.page(this.say("signed_out"), el("p", {}, this.say("signed_out_what")),
      el("p", {}, el("a", { class: "button", href: SIGN_IN }, this.say("sign_in"))));
    try {
      await fetch("/dang-xuat", { method: "POST", redirect: "manual" });
      await this.store.unmark("left");
    } catch {
      // no network yet: the next opening tries again
    }
  }

  // What the worker of the browser keeps, a new version of it, and storage that stays.
  async keepApart() {
    if (this.bundle) await navigator.storage?.persist?.();
    await this.lookAtRoom();
    if (navigator.serviceWorker) {
      const kept = await navigator.serviceWorker.register("/thu-phieu/sw.js", { scope: "/thu-phieu", updateViaCache: "none" }).catch(() => null);
      if (kept) this.watchVersions(kept);
    }
  }

  async lookAtRoom() {
    const room = await navigator.storage?.estimate?.();
    if (this.full || (room && room.quota - room.usage < LITTLE_SPACE)) this.warn("storage", this.say("little_space"));
    else this.unwarn("storage");
  }

  watchVersions(kept) {
    const waiting = () => kept.waiting && navigator.serviceWorker.controller && this.offerVersion(kept.waiting);
    waiting();
    kept.addEventListener("updatefound", () => kept.installing?.addEventListener("statechange", waiting));
    this.kept = kept;
    let controlled = Boolean(navigator.serviceWorker.controller);
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      if (controlled && !this.form) window.location.reload();
      controlled = true; // the first worker takes over a page that is as new as itself
    });
  }

  // A new version waits until somebody between two forms says so.
  offerVersion(worker) {
    this.warn("version", this.say("new_version"), el("button", {
      class: "button button-quiet", type: "button", id: "apply-version", onclick: () => worker.postMessage("apply"),
    }, this.say("apply_version")));
  }

  listen() {
    window.addEventListener("hashchange", () => this.follow());
    window.addEventListener("popstate", () => this.stay());
    window.addEventListener("online", () => this.unlocked && this.refreshQuietly());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.kept?.update().catch(() => {});
      else this.clock.keep(this.store);
    });
    setInterval(() => this.clock.keep(this.store), 60_000);
  }

  // --- Lock ------------------------------------------------------------------------------------------------------

  async lock() {
    await this.form?.close();
    this.unlocked = false;
    this.leaveRespondent();
    this.showSimulated(false);
    const marks = await this.store.marks();
    if (!(await hasPin(this.store)) || (await this.mayForgetPin(marks))) {
      await choosePin(this);
      await this.store.unmark("pin-forgotten");
    } else {
      const handed = marks.get("handed");
      await unlock(this, {
        goOn: handed?.name && (() => resume(this, handed.name)),
        forgotten: () => this.forgetPin(),
      });
    }
    await this.store.unmark("handed");
    this.enter();
  }

  // A new PIN after signing in anew, as the same person.
  async forgetPin() {
    try {
      const { server_time: told } = await askSession();
      await this.store.mark("pin-forgotten", told);
      await fetch("/dang-xuat", { method: "POST", redirect: "manual" });
    } catch (error) {
      if (!(error instanceof SignedOutHere)) return this.flash(this.say("pin_forgotten_offline"));
      await this.store.mark("pin-forgotten", this.clock.iso());
    }
    window.location.assign(SIGN_IN);
  }

  async mayForgetPin(marks) {
    const since = marks.get("pin-forgotten");
    if (!since) return false;
    const session = await askSession().catch(() => null);
    return Boolean(session?.signed_in_at) && session.person.id === this.bundle.person.id
      && Date.parse(session.signed_in_at) >= Date.parse(since) - 5_000;
  }

  // --- At work ---------------------------------------------------------------------------------------------------

  enter() {
    this.unlocked = true;
    this.leaveRespondent();
    this.drawHeader();
    this.follow();
    this.showStatus(this.sender.status);
    this.drawNotices();
    this.lookAtRoom();
    this.refreshQuietly();
    this.refreshing ??= setInterval(() => this.unlocked && navigator.onLine && this.refreshQuietly(), REFRESH_EVERY);
  }

  drawHeader() {
    const { say } = this;
    this.header.replaceChildren(
      el("p", { class: "app-title" }, el("a", { href: "#/" }, say("app"))),
      el("nav", { "aria-label": say("menu") }, el("ul", { class: "site-nav" },
        el("li", {}, el("a", { href: "#/may" }, say("device"))),
        el("li", {}, el("button", {
          type: "button", lang: this.language === "vi" ? "en" : "vi",
          onclick: async () => {
            this.speakIn(this.language === "vi" ? "en" : "vi");
            this.settings = { ...this.settings, language: this.language };
            await this.store.keep("settings", this.settings);
            this.drawHeader();
            this.follow();
            this.showStatus(this.sender.status);
          },
        }, this.languages[this.language === "vi" ? "en" : "vi"])))));
  }

  // The page that the address names.
  async follow() {
    if (!this.unlocked) return;
    const [, name, slug, number] = window.location.hash.split("/");
    if (name === "ho-so") await showCase(this, slug, Number(number));
    else if (name === "gui") await showQueue(this);
    else if (name === "may") await showSettings(this);
    else await showHome(this);
    window.scrollTo(0, 0);
  }

  // The telephone's own back button must not lead out of a form.
  stay() {
    if (this.unlocked || !document.body.classList.contains("page-respondent")) return;
    history.pushState(null, "", "#/phieu");
    this.form?.back();
  }

  async interview(what) {
    this.unlocked = false;
    await handOver(this, what);
    history.pushState(null, "", "#/phieu");
  }

  enterRespondent() {
    this.unlocked = false;
    document.body.classList.add("page-respondent");
    document.body.classList.remove("page-field");
    this.bar.hidden = true;
    this.header.className = "respond-header";
    this.header.replaceChildren();
    this.notice.replaceChildren();
  }

  leaveRespondent() {
    document.body.classList.remove("page-respondent");
    document.body.classList.add("page-field");
    this.header.className = "app-header";
    this.header.replaceChildren(el("p", { class: "app-title" }, this.say("app")));
    document.documentElement.lang = this.language;
    this.bar.hidden = !this.unlocked;
    if (window.location.hash === "#/phieu") history.replaceState(null, "", "#/");
  }

  // --- Sending and fetching --------------------------------------------------------------------------------------

  // A token for what is sent, if the one signed in is the one whose work this is.
  async token() {
    try {
      const session = await this.hearSession();
      if (session.person.id !== this.bundle.person.id) throw new SignedOut();
      return session.csrf;
    } catch (error) {
      if (error instanceof SignedOutHere) throw new SignedOut();
      throw error;
    }
  }

  async hearSession() {
    const { csrf, ...session } = await askSession();
    await this.clock.hear(session.server_time, this.store);
    this.session = session;
    await this.store.mark("session", session);
    return { ...session, csrf };
  }

  async refresh() {
    const session = await this.hearSession();
    if (this.bundle && session.person.id !== this.bundle.person.id) return this.meetAnother(session);
    const before = this.bundle?.mark;
    const known = new Map(this.bundle?.surveys.map((survey) => [survey.slug, survey.questionnaire]));
    this.bundle = await refreshBundle(this.store, this.bundle);
    const changed = this.bundle.surveys.some(({ slug, questionnaire }) => known.has(slug) && known.get(slug) !== questionnaire);
    if (changed) this.warn("questionnaire", this.say("new_questionnaire"));
    return this.bundle.mark !== before;
  }

  // Somebody else has signed in on this device: what the first one left is theirs to send.
  async meetAnother({ person }) {
    const [{ all }, drafts] = await Promise.all([this.store.counts(), this.store.names("draft:")]);
    if (!all && !drafts.length) {
      await this.store.wipe();
      return window.location.reload();
    }
    this.warn("another", this.say("another_person", { name: this.bundle.person.name, other: person.name }),
      el("a", { class: "button button-quiet", href: SIGN_IN }, this.say("sign_in")));
  }

  async refreshQuietly() {
    try {
      this.unwarn("session");
      const changed = await this.refresh();
      if (Date.parse(this.session.session_ends) - this.clock.now() < SOON) this.warnOfSession();
      if (changed) await this.showAnew();
    } catch (error) {
      if (error instanceof SignedOutHere) this.warn("session", this.say("session_over"), el("a", { class: "button button-quiet", href: SIGN_IN }, this.say("sign_in")));
      else if (this.session && Date.parse(this.session.session_ends) - this.clock.now() < SOON) this.warnOfSession();
    }
    if (this.clock.wentBack) this.warn("clock", this.say("clock_back"));
    else this.unwarn("clock");
    await this.countAgain();
  }

  // The list as the server now has it, where it is in sight and nobody is typing.
  async showAnew() {
    const atList = !window.location.hash.split("/")[1] && document.activeElement?.id !== "search";
    if (!this.unlocked || !atList) return;
    const { scrollY } = window;
    await showHome(this);
    window.scrollTo(0, scrollY);
  }

  warnOfSession() {
    this.warn("session", this.say("session_soon", { day: this.day(this.session.session_ends.slice(0, 10)) }));
  }

  async sendNow() {
    await this.sender.now();
    await this.refreshQuietly();
  }

  async countAgain() {
    const counts = await this.store.counts();
    if (this.unlocked) drawBar(this, counts, this.sender.status);
    this.bar.hidden = !this.unlocked;
  }

  async showStatus(status) {
    if (!status.sending) this.sentAt = (await this.store.marks()).get("sent-at");
    await this.countAgain();
    if (!status.sending && status.done && this.unlocked) this.refreshQuietly();
  }

  // --- Pages -----------------------------------------------------------------------------------------------------

  page(title, ...content) {
    document.title = `${title} – ${this.say("app")}`;
    const heading = el("h1", { tabindex: "-1" }, title);
    this.main.replaceChildren(el("div", { class: "wrap field-page" }, heading, content.flat(Infinity).filter(Boolean)));
    heading.focus({ preventScroll: true });
  }

  warn(name, words, action) {
    this.warnings.set(name, el("div", { class: "flash flash-info", role: "status" }, el("p", {}, words), action && el("p", { class: "actions" }, action)));
    this.drawNotices();
  }

  unwarn(name) {
    if (this.warnings.delete(name)) this.drawNotices();
  }

  // A word that stays until the next one.
  flash(words) {
    this.warn("flash", words);
    clearTimeout(this.flashing);
    this.flashing = setTimeout(() => this.unwarn("flash"), 8_000);
  }

  drawNotices() {
    if (!document.body.classList.contains("page-respondent")) this.notice.replaceChildren(...this.warnings.values());
  }

  showSimulated(simulated) {
    document.getElementById("simulated").hidden = !simulated;
  }

  day(iso) {
    return this.language === "en" ? iso : iso.split("-").reverse().join("/");
  }

  moment(time) {
    const iso = this.clock.iso(time);
    return `${iso.slice(11, 16)} ${this.day(iso.slice(0, 10))}`;
  }
}

const app = new App();
app.open().then(() => { document.documentElement.dataset.ready = "true"; }, (error) => {
  app.page(app.say("app"), el("p", { role: "alert" }, app.say("broken")), el("p", { class: "small" }, String(error)),
    el("p", {}, el("a", { class: "button", href: PLACE }, app.say("open_again"))));
  throw error;
});
