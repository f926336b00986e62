// What a device keeps: sealed forms waiting to be sent, things to do waiting to be told, and a vault whose content is
// encrypted with a key that never leaves the browser. One IndexedDB, every change in one transaction.
//
//   const store = await openStore("hai-long-field");
//   await store.keep("draft:7", {…}); await store.recall("draft:7"); await store.forget("draft:7");
//   await store.addForm({ id, sealed, sha256, note }, { forget: ["draft:7"] });
//   await store.formsAfter(0, 50); await store.counts();
import { openDB } from "../../vendor/idb/index.js";

const VERSION = 1;
const LOG_LENGTH = 500;
const FIRST = -Infinity;

// Open the store of this name; it is made with its key on first use.
export async function openStore(name) {
  const db = await openDB(name, VERSION, {
    upgrade(fresh) {
      for (const queue of ["forms", "actions"]) {
        const made = fresh.createObjectStore(queue, { keyPath: "order", autoIncrement: true });
        made.createIndex("id", "id", { unique: true });
        made.createIndex("state", ["state", "order"]);
      }
      fresh.createObjectStore("vault");
      fresh.createObjectStore("marks");
      fresh.createObjectStore("keys");
      fresh.createObjectStore("log", { autoIncrement: true });
    },
    blocking: (_old, _new, event) => event.target.close(),
  });
  return new Store(db, await keyOf(db));
}

async function keyOf(db) {
  const known = await db.get("keys", "rest");
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  // Of two tabs that begin at once the first one's key stays.
  const change = db.transaction("keys", "readwrite");
  const first = await change.store.get("rest");
  if (!first) await change.store.put(made, "rest");
  await change.done;
  return first || made;
}

class Store {
  constructor(db, key) {
    this.db = db;
    this.key = key;
  }

  // --- The vault: values by name, encrypted at rest -------------------------------------------------------------

  async encrypt(value) {
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    return { nonce, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, this.key, plain) };
  }

  async decrypt({ nonce, data }) {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, this.key, data);
    return JSON.parse(new TextDecoder().decode(plain));
  }

  async keep(name, value) {
    await this.db.put("vault", await this.encrypt(value), name);
  }

  async recall(name) {
    const kept = await this.db.get("vault", name);
    return kept === undefined ? undefined : this.decrypt(kept);
  }

  async forget(name) {
    await this.db.delete("vault", name);
  }

  // The names in the vault that begin so.
  async names(beginning) {
    return this.db.getAllKeys("vault", IDBKeyRange.bound(beginning, `${beginning}\uffff`));
  }

  // --- Sealed forms ---------------------------------------------------------------------------------------------

  // Queue a sealed form {id, sealed, sha256, note}; what is named in `forget` leaves the vault, and `marks` (name →
  // plain value) are set, in the same transaction: a kill leaves either the draft or the sealed form, never neither.
  async addForm({ id, sealed, sha256, note = {} }, { forget = [], marks = {} } = {}) {
    const change = this.db.transaction(["forms", "vault", "marks"], "readwrite", { durability: "strict" });
    const forms = change.objectStore("forms");
    if (!(await forms.index("id").getKey(id))) await forms.add({ id, sealed, sha256, note, state: "waiting", tries: 0 });
    for (const name of forget) change.objectStore("vault").delete(name);
    for (const [name, value] of Object.entries(marks)) change.objectStore("marks").put(value, name);
    await change.done;
  }

  // Queue something to be told to the server {id, content}; the content is encrypted until it is sent.
  async addAction({ id, content, note = {} }, { marks = {} } = {}) {
    const kept = await this.encrypt(content);
    const change = this.db.transaction(["actions", "marks"], "readwrite", { durability: "strict" });
    const actions = change.objectStore("actions");
    if (!(await actions.index("id").getKey(id))) await actions.add({ id, content: kept, note, state: "waiting", tries: 0 });
    for (const [name, value] of Object.entries(marks)) change.objectStore("marks").put(value, name);
    await change.done;
  }

  // Up to `limit` entries of a queue in a state, in the order in which they came, those after `order`.
  async after(queue, order = FIRST, limit = 50, state = "waiting") {
    const range = IDBKeyRange.bound([state, order], [state, Infinity], true);
    return this.db.getAllFromIndex(queue, "state", range, limit);
  }

  formsAfter(order, limit, state) {
    return this.after("forms", order, limit, state);
  }

  actionsAfter(order, limit, state) {
    return this.after("actions", order, limit, state);
  }

  // The server has it, checked by id and hash: it may be forgotten here.
  async settle(queue, entry, { state, code = null, reason = null }) {
    const change = this.db.transaction([queue, "log"], "readwrite", { durability: "strict" });
    const present = await change.objectStore(queue).get(entry.order);
    if (present && present.id === entry.id && present.sha256 === entry.sha256) change.objectStore(queue).delete(entry.order);
    await write(change.objectStore("log"), { id: entry.id, queue, state, code, reason, note: entry.note });
    await change.done;
  }

  // The server took nothing of it: it stays here, with the reason.
  async refuse(queue, entry, reason) {
    const change = this.db.transaction([queue, "log"], "readwrite", { durability: "strict" });
    const present = await change.objectStore(queue).get(entry.order);
    if (present) change.objectStore(queue).put({ ...present, state: "refused", reason, tries: present.tries + 1 });
    await write(change.objectStore("log"), { id: entry.id, queue, state: "refused", reason, note: entry.note });
    await change.done;
  }

  // Try a refused one once more.
  async again(queue, order) {
    const change = this.db.transaction(queue, "readwrite");
    const present = await change.store.get(order);
    if (present) change.store.put({ ...present, state: "waiting" });
    await change.done;
  }

  // Drop an entry for good; only for actions that the server refused, and for forms that were exported.
  async drop(queue, order) {
    await this.db.delete(queue, order);
  }

  // How many wait and how many were refused, counted in the index.
  async counts() {
    const count = (queue, state) =>
      this.db.countFromIndex(queue, "state", IDBKeyRange.bound([state, FIRST], [state, Infinity]));
    const [forms, refusedForms, actions, refusedActions] = await Promise.all([
      count("forms", "waiting"), count("forms", "refused"), count("actions", "waiting"), count("actions", "refused"),
    ]);
    return { forms, refusedForms, actions, refusedActions, all: forms + refusedForms + actions + refusedActions };
  }

  // --- Marks: small plain values that lists are drawn with, without decrypting anything ---------------------------

  async mark(name, value) {
    await this.db.put("marks", value, name);
  }

  async unmark(name) {
    await this.db.delete("marks", name);
  }

  async marks() {
    const read = this.db.transaction("marks");
    const [names, values] = await Promise.all([read.store.getAllKeys(), read.store.getAll()]);
    return new Map(names.map((name, place) => [name, values[place]]));
  }

  // --- The log of what became of each ----------------------------------------------------------------------------

  async log(limit = 50) {
    const found = [];
    let cursor = await this.db.transaction("log").store.openCursor(null, "prev");
    for (; cursor && found.length < limit; cursor = await cursor.continue()) found.push(cursor.value);
    return found;
  }

  // Forget everything but what still waits to be sent; the key goes with it where nothing waits.
  async wipe() {
    const { all } = await this.counts();
    const change = this.db.transaction(["vault", "marks", "log", "keys"], "readwrite");
    for (const name of ["vault", "marks", "log"]) change.objectStore(name).clear();
    if (!all) change.objectStore("keys").clear();
    await change.done;
    if (!all) this.key = await keyOf(this.db);
  }

  close() {
    this.db.close();
  }
}

async function write(log, line) {
  const last = await log.add({ at: Date.now(), ...line });
  if (last > LOG_LENGTH) log.delete(IDBKeyRange.upperBound(last - LOG_LENGTH));
}
