// The collector's work on the device: the bundle from the server, laid over with what was done here meanwhile.
const ADDRESS = "/thu-phieu/goi";
const SESSION = "/thu-phieu/phien";
//: Outcomes after which no further try makes sense, as the server takes them too.
const FINAL = new Set(["refused", "moved", "unable", "died", "wrong_data"]);

export class SignedOutHere extends Error {}

async function ask(address, headers = {}) {
  const answer = await fetch(address, { headers, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(30_000) });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) throw new SignedOutHere();
  if (!answer.ok && answer.status !== 304) throw new Error(`${address}: ${answer.status}`);
  return answer;
}

// Who is signed in, until when, the server's hour and a token.
export async function askSession() {
  return (await ask(SESSION)).json();
}

// Fetch the bundle if it has changed, and put it away: contacts and cases encrypted, each questionnaire by itself.
export async function refreshBundle(store, present) {
  const answer = await ask(ADDRESS, present ? { "If-None-Match": `"${present.mark}"` } : {});
  if (answer.status === 304) return present;
  const { instruments, ...bundle } = await answer.json();
  for (const [hash, instrument] of Object.entries(instruments)) await store.keep(`instrument:${hash}`, instrument);
  await store.keep("bundle", bundle);
  await dropOldInstruments(store, new Set(Object.keys(instruments)));
  await dropOldMarks(store);
  return bundle;
}

// A questionnaire goes when neither the bundle nor a form in progress needs it.
async function dropOldInstruments(store, needed) {
  for (const name of await store.names("draft:")) needed.add((await store.recall(name)).questionnaire);
  for (const name of await store.names("instrument:")) {
    if (!needed.has(name.slice("instrument:".length))) await store.forget(name);
  }
}

// What was done here shows on the cards until the server has it and has sent the cases anew.
async function dropOldMarks(store) {
  const waiting = new Set();
  for (const queue of ["forms", "actions"]) {
    for (const state of ["waiting", "refused"]) {
      for (let order = -Infinity; ;) {
        const entries = await store.after(queue, order, 200, state);
        if (!entries.length) break;
        for (const { note } of entries) waiting.add(caseName(note.survey, note.case));
        order = entries.at(-1).order;
      }
    }
  }
  for (const name of (await store.marks()).keys()) {
    if (name.startsWith("case:") && !waiting.has(name)) await store.unmark(name);
  }
}

export const caseName = (survey, number) => `case:${survey}:${number}`;
export const draftName = (survey, place, number) => number ? `draft:${survey}:${number}` : `draft:${survey}:${place}:new`;

// The cases of a survey as cards: what the server said and what was done here. `marks` as store.marks() gives them.
export function cards(bundle, survey, marks, drafts) {
  const contacts = bundle.contacts[survey.slug] ?? {};
  return (survey.cases ?? []).map((one) => {
    const mark = marks.get(caseName(survey.slug, one.id)) ?? {};
    const tries = mark.tries ?? [];
    const outcome = tries.at(-1)?.outcome ?? one.outcome;
    const attempts = one.attempts + newDays(tries, survey.rule).length;
    const final = FINAL.has(one.outcome) || tries.some((each) => FINAL.has(each.outcome));
    return {
      ...one,
      contact: contacts[one.id] ?? {},
      tries,
      outcome,
      attempts,
      mayReplace: one.may_replace || final || (tries.length > 0 && attempts >= survey.rule.attempts),
      begun: drafts.has(draftName(survey.slug, one.unit, one.id)),
      here: mark.sealed ? "sealed" : mark.replaced ? "replaced" : tries.length ? "tried" : null,
    };
  });
}

function newDays(tries, rule) {
  return rule.on_different_days ? [...new Set(tries.map((each) => each.day))] : tries;
}

// Search in names, numbers, addresses and places, without tone marks.
export function matches(card, text) {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const { contact } = card;
  const hay = plain([card.id, contact.name, contact.address, contact.phone, card.place].filter(Boolean).join(" "));
  return words.every((word) => hay.includes(word));
}

function plain(text) {
  return String(text).normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
}
