// Sends what waits, and forgets a thing only when the server has confirmed it by id and hash. A lost answer, a cut line
// or a closed lid changes nothing: what was not confirmed is sent again, and the server knows it by its id.
//
//   const sender = new Sender({ store, token: async () => csrf, queues: [forms("/thu-phieu/gui")], onChange });
//   sender.start();        // sends now, whenever the network comes back, and again after a failure
//   await sender.now();    // the button
//
// onChange gets { sending, problem: null | "offline" | "signed_out" | "busy", done, retryAt } after every step.
import { toBase64url } from "./seal.js";

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 5 * 60_000;
const PATIENCE = 60_000;
const MOST = 50;
const MOST_BYTES = 600_000;
const SETTLED = new Set(["accepted", "repeated", "disputed", "held", "done"]);

// Nobody is signed in, or somebody else is.
export class SignedOut extends Error {}
// The server is there and cannot now.
export class Busy extends Error {}

// The queue of sealed forms, for the endpoint at an address.
export const forms = (address) => ({
  name: "forms",
  address,
  size: (entry) => entry.sealed.length * 4 / 3,
  pack: async (entries) => ({
    forms: entries.map(({ id, sealed, sha256 }) => ({ id, sealed: toBase64url(sealed), sha256 })),
  }),
  confirms: (entry, answer) => answer.id === entry.id && answer.sha256 === entry.sha256,
});

// The queue of other things to tell, for the endpoint at an address.
export const actions = (address) => ({
  name: "actions",
  address,
  size: () => 1_000,
  pack: async (entries, store) => ({
    actions: await Promise.all(entries.map(async ({ id, content }) => ({ ...(await store.decrypt(content)), id }))),
  }),
  confirms: (entry, answer) => answer.id === entry.id,
});

export class Sender {
  constructor({ store, queues, token, onChange = () => {}, reach = fetch.bind(globalThis) }) {
    Object.assign(this, { store, queues, token, onChange, reach, failures: 0, timer: 0, running: null, again: false });
    this.status = { sending: false, problem: null, done: 0, retryAt: null };
  }

  start() {
    window.addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.now());
    return this.now();
  }

  // Send at once. Who asks while it is sending is served after it: their form may have come too late for this round.
  now() {
    clearTimeout(this.timer);
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.#run().finally(() => {
      this.running = null;
      const again = this.again;
      this.again = false;
      return again ? this.now() : undefined;
    });
    return this.running;
  }

  async #run() {
    const { all } = await this.store.counts();
    if (!all) return this.#tell({ sending: false, problem: null, retryAt: null });
    if (!navigator.locks) return this.#send();
    return navigator.locks.request("hai-long-send", { ifAvailable: true }, (lock) => lock ? this.#send() : undefined);
  }

  async #send() {
    this.#tell({ sending: true, problem: null, done: 0, retryAt: null });
    try {
      const token = await this.token();
      let later = false;
      for (const queue of this.queues) later = (await this.#empty(queue, token)) || later;
      this.failures = later ? this.failures + 1 : 0;
      await this.store.mark("sent-at", Date.now());
      this.#tell({ sending: false, problem: later ? "busy" : null, retryAt: later ? this.#retry() : null });
    } catch (error) {
      if (error instanceof SignedOut) return this.#tell({ sending: false, problem: "signed_out", retryAt: null });
      this.failures += 1;
      const problem = error instanceof Busy ? "busy" : "offline";
      this.#tell({ sending: false, problem, retryAt: this.#retry() });
    }
  }

  // Empty a queue in order, at most fifty a request; fewer after the server broke on them, so that one bad record
  // holds up no other. Whether something is to be tried later.
  async #empty(queue, token) {
    let [order, most, later, broken] = [-Infinity, MOST, false, 0];
    for (;;) {
      const entries = within(await this.store.after(queue.name, order, most), queue);
      if (!entries.length) return later;
      let answers;
      try {
        answers = await this.#post(queue, entries, token);
      } catch (error) {
        if (!(error instanceof Busy)) throw error;
        if (entries.length > 1) {
          most = Math.ceil(entries.length / 4);
          continue;
        }
        later = true;
        if (++broken > 3) throw error; // it is not the record, it is the server
        order = entries[0].order;
        continue;
      }
      for (const [place, entry] of entries.entries()) later = (await this.#take(queue, entry, answers[place])) || later;
      order = entries.at(-1).order;
    }
  }

  async #take(queue, entry, answer) {
    if (!answer || !queue.confirms(entry, answer)) return true; // not ours: it stays
    if (answer.state === "refused") await this.store.refuse(queue.name, entry, answer.reason);
    else if (SETTLED.has(answer.state)) await this.store.settle(queue.name, entry, answer);
    else return true;
    this.#tell({ done: this.status.done + 1 });
    return false;
  }

  async #post(queue, entries, token) {
    const body = JSON.stringify(await queue.pack(entries, this.store));
    const answer = await this.reach(queue.address, {
      method: "POST",
      body,
      redirect: "manual",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) throw new SignedOut();
    if (!answer.ok) throw new Busy(String(answer.status));
    const found = await answer.json();
    const list = Array.isArray(found) ? found : found[queue.name];
    if (!Array.isArray(list)) throw new Busy("no list");
    return list;
  }

  // Wait longer after each failure, never all devices at the same moment.
  #retry() {
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(this.failures - 1, 10));
    const wait = longest / 2 + Math.random() * (longest / 2);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), wait);
    return Date.now() + wait;
  }

  #tell(change) {
    this.status = { ...this.status, ...change };
    this.onChange(this.status);
  }
}

function within(entries, queue) {
  let [bytes, count] = [0, 0];
  for (const entry of entries) {
    bytes += queue.size(entry);
    if (count && bytes > MOST_BYTES) break;
    count += 1;
  }
  return entries.slice(0, count);
}
