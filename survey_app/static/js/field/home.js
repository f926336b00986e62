// The collector's list: cases in the order of the road, commune by commune, a few at a time; communes where there are no
// cases; and at the bottom what waits to be sent.
import { el } from "../offline/dom.js";
import { cards, draftName, matches } from "./work.js";

const AT_ONCE = 30;

export async function showHome(app) {
  const { say, bundle, store } = app;
  const [marks, names] = await Promise.all([store.marks(), store.names("draft:")]);
  const drafts = new Set(names);
  const surveys = bundle.surveys;
  const chosen = surveys.find((survey) => survey.slug === app.chosen) ?? surveys[0];
  app.showSimulated(Boolean(chosen?.simulated));
  if (!chosen) return app.page(say("home"), empty(say("no_work"), say("no_work_next")));
  const all = cards(bundle, chosen, marks, drafts);
  const open = all.filter((card) => card.here !== "sealed");
  const late = open.filter((card) => isLate(card, app)).length;
  const sentence = chosen.communes ? say("communes_sentence")
    : late ? say("cases_late", { count: open.length, late }) : say("cases_open", { count: open.length });
  app.page(say("home"),
    el("p", { class: "answer" }, sentence),

    surveys.length > 1 && tabs(app, surveys, chosen),
    surveys.length === 1 && el("p", { class: "muted" }, chosen.title[app.language]),
    chosen.communes ? communeList(app, chosen, drafts) : caseList(app, chosen, all));
}

function empty(title, advice) {
  return el("div", { class: "empty" }, el("p", {}, el("strong", {}, title)), el("p", {}, advice));
}

function tabs(app, surveys, chosen) {
  return el("nav", { "aria-label": app.say("surveys") }, el("p", { class: "tabs" }, surveys.map((survey) =>
    el("a", {
      href: "#/", "aria-current": survey === chosen && "page",
      onclick: (event) => {
        event.preventDefault();
        app.chosen = survey.slug;
        showHome(app);
      },
    }, survey.title[app.language]))));
}

function communeList(app, survey, drafts) {
  const { say } = app;
  return el("ul", { class: "cards" }, survey.communes.map((commune) =>
    el("li", { class: "card" },
      el("h2", {}, commune.place),
      el("p", { class: "small" }, [commune.stratum, say("received", commune)].filter(Boolean).join(" · ")),
      el("button", {
        class: "button", type: "button",
        onclick: () => app.interview({ survey, unit: commune.unit, place: commune.place }),
      }, say(drafts.has(draftName(survey.slug, commune.unit)) ? "interview_go_on" : "interview_new"),
      el("span", { class: "visually-hidden" }, ` ${commune.place}`)))));
}

export const isLate = (card, app) => Boolean(card.due) && card.here !== "sealed" && card.due < app.clock.today();

function caseList(app, survey, all) {
  const { say } = app;
  const place = el("div", { id: "cases" });
  const count = el("p", { class: "small", role: "status" });
  const search = el("input", {
    class: "input", id: "search", type: "search", autocomplete: "off", value: app.searched ?? "", "aria-describedby": "search-hint",
  });
  let pending = 0;
  const draw = () => {
    app.searched = search.value;
    const found = search.value.trim() ? all.filter((card) => matches(card, search.value)) : all;
    count.textContent = search.value.trim() ? say("found", { count: found.length }) : "";
    place.replaceChildren();
    if (!found.length) return place.append(empty(say(all.length ? "nothing_found" : "no_work"), say(all.length ? "nothing_found_next" : "no_work_next")));
    drawSome(app, survey, found, place);
  };
  search.addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(draw, 150);
  });
  draw();
  return [
    el("div", { class: "field" },
      el("label", { class: "label", for: "search" }, say("search")),
      el("span", { class: "visually-hidden", id: "search-hint" }, say("search_hint")), search, count),
    place,
  ];
}

// The next few cards whenever the end of the list comes near; never all of a long list at once.
function drawSome(app, survey, found, place) {
  let drawn = 0;
  let list = null;
  let commune = null;
  const more = el("button", { class: "button button-quiet", type: "button" }, app.say("more"));
  const add = () => {
    for (const card of found.slice(drawn, drawn + AT_ONCE)) {
      if (card.unit !== commune) {
        commune = card.unit;
        list = el("ul", { class: "cards" });
        place.append(el("h2", {}, card.place, card.stratum && el("span", { class: "small" }, ` ${card.stratum}`)), list);
      }
      list.append(el("li", {}, caseCard(app, survey, card)));
    }
    drawn += AT_ONCE;
    if (drawn < found.length) place.append(more);
    else more.remove();
  };
  more.addEventListener("click", add);
  new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && more.isConnected && add()).observe(more);
  add();
}

function caseCard(app, survey, card) {
  const { say } = app;
  const title = card.contact.name || say("case", { number: card.id });
  const facts = [
    card.contact.name && say("case", { number: card.id }),
    card.due && say("due", { day: app.day(card.due) }),
    card.reserve && say("reserve", { rank: card.reserve }),
  ].filter(Boolean).join(" · ");
  return el("a", { class: "card task", href: `#/ho-so/${survey.slug}/${card.id}` },
    el("strong", {}, title),
    el("span", { class: "small" }, facts),
    card.contact.address && el("span", {}, card.contact.address),
    chips(app, card));
}

// What state a case is in, in words; never by colour alone.
export function chips(app, card) {
  const { say } = app;
  const found = [];
  if (card.here === "sealed") found.push(["sealed", say("chip_sealed")]);
  else if (card.here === "replaced") found.push(["waiting", say("chip_replaced")]);
  else {
    if (card.begun) found.push(["begun", say("chip_begun")]);
    if (isLate(card, app)) found.push(["late", say("chip_late")]);
    if (card.outcome) found.push(["tried", say(`outcome_${card.outcome}`)]);
    else if (!card.begun) found.push(["todo", say("chip_todo")]);
  }
  return el("span", { class: "chips" }, found.map(([kind, words]) => el("span", { class: `chip chip-${kind}` }, words)));
}
