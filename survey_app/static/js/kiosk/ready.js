// What a tablet keeps for a broken network: a page, its survey, the key to seal with; and the queue of sealed forms.
// Where the browser cannot (no secure address), the tablet works with the network alone.
import { Clock } from "../field/clock.js";
import { forms, Sender } from "../offline/send.js";
import { openStore } from "../offline/store.js";
import { toBase64url } from "../offline/seal.js";

export const STORE = "hai-long-quay";
const WORKER = "/quay/sw.js";
const SCOPE = "/quay";
const BUNDLE = "/quay/goi";
const ALL = 200;

export const canKeep = () => Boolean(navigator.serviceWorker && globalThis.crypto?.subtle && globalThis.indexedDB);

// The sender of what waits; it needs no token, the cookie of the tablet speaks for it.
export function queueOf(store, onChange) {
  return new Sender({ store, queues: [forms("/quay/gui")], token: async () => "", onChange });
}

// On the start screen, while the server is there.
export async function getReady() {
  if (!canKeep() || !navigator.onLine) return;
  try {
    await navigator.serviceWorker.register(WORKER, { scope: SCOPE, updateViaCache: "none" });
    await navigator.storage?.persist?.();
    const store = await openStore(STORE);
    await refreshBundle(store);
    queueOf(store).start();
    await navigator.serviceWorker.ready;
    document.documentElement.dataset.ready = "true";
  } catch (error) {
    console.info("not ready for a broken network", error);
  }
}

async function refreshBundle(store) {
  const known = await store.recall("bundle");
  const answer = await fetch(BUNDLE, { cache: "no-store", headers: known ? { "If-None-Match": known.mark } : {} });
  const told = answer.headers.get("Date");
  if (told) await (await Clock.open(store)).hear(new Date(told).toISOString(), store);
  if (answer.status === 304 || !answer.ok) return;
  const bundle = await answer.json();
  if (bundle.serving) await store.keep("bundle", { ...bundle, mark: answer.headers.get("ETag") });
  else await store.forget("bundle");
}

// Everything sealed that is still here, as a file that the server alone can open.
export async function exportForms(store, clock) {
  const found = [];
  for (const state of ["waiting", "refused"]) {
    for (let order = -Infinity; ;) {
      const entries = await store.formsAfter(order, ALL, state);
      if (!entries.length) break;
      for (const { id, sealed, sha256 } of entries) found.push({ id, sealed: toBase64url(sealed), sha256 });
      order = entries.at(-1).order;
    }
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify({ forms: found })], { type: "application/json" }));
  link.download = `phieu-niem-phong-${clock.today()}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// Whether a PIN is the one that opened the corner last, by what the server left of it: rounds:salt:digest in hex.
export async function isPin(typed, verifier) {
  const [rounds, salt, digest] = verifier.split(":");
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(typed), "PBKDF2", false, ["deriveBits"]);
  const made = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: Number(rounds) }, key, 256);
  return [...new Uint8Array(made)].map((byte) => byte.toString(16).padStart(2, "0")).join("") === digest;
}
