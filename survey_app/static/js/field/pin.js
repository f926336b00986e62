// The collector's PIN: a lock on the screen, so that a respondent who holds the device sees nobody's data and a
// collector who takes it back unlocks it. Only a slow hash is kept; wrong guesses cost time.
const ROUNDS = 210_000;
const FREE_GUESSES = 4;

async function stretched(pin, salt) {
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, material, 256);
  return [...new Uint8Array(bits)].join(",");
}

export async function setPin(store, pin) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  await store.keep("pin", { salt: [...salt], hash: await stretched(pin, salt), wrong: 0, until: 0 });
}

export async function hasPin(store) {
  return (await store.recall("pin")) !== undefined;
}

// Whether the PIN is right: { right, wait } with the seconds until the next guess.
export async function tryPin(store, pin, clock) {
  const kept = await store.recall("pin");
  const wait = Math.ceil((kept.until - clock.now()) / 1000);
  if (wait > 0) return { right: false, wait };
  const right = (await stretched(pin, new Uint8Array(kept.salt))) === kept.hash;
  const wrong = right ? 0 : kept.wrong + 1;
  const pause = wrong > FREE_GUESSES ? Math.min(2 ** (wrong - FREE_GUESSES) * 15, 3600) : 0;
  await store.keep("pin", { ...kept, wrong, until: right ? 0 : clock.now() + pause * 1000 });
  return { right, wait: pause };
}
