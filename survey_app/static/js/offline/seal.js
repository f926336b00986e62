// Seals a form on the device for the server alone: nobody here, not even this page, opens it again. The twin of
// survey_app/collection/sealing.py: 0x01 | the sender's key of this one form (65 bytes) | nonce (12) | AES-256-GCM.
const VERSION = 1;
const PURPOSE = new TextEncoder().encode("hai-long form seal v1 ");
const CURVE = { name: "ECDH", namedCurve: "P-256" };

// The record as sealed bytes. `recipient` is the server's public key as the bundle gives it (base64url of 65 bytes).
export async function seal(record, recipient, id) {
  const raw = fromBase64url(recipient);
  const theirs = await crypto.subtle.importKey("raw", raw, CURVE, false, []);
  const ours = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: joined(PURPOSE, raw) },
    material, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const owner = new TextEncoder().encode(id.toLowerCase());
  const plain = new TextEncoder().encode(JSON.stringify(record));
  const hidden = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: owner }, key, plain);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey));
  return joined(new Uint8Array([VERSION]), point, nonce, new Uint8Array(hidden));
}

// SHA-256 of bytes in hex.
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A new id for a form or an action (UUID 4).
export function newId() {
  return crypto.randomUUID();
}

const CLEAR_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// The code on the receipt, made from the id alone, as the server makes it.
export async function receiptCode(id) {
  const bytes = Uint8Array.from(id.replaceAll("-", "").match(/../g), (pair) => parseInt(pair, 16));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const bits = [...digest.slice(0, 5)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const text = bits.match(/.{5}/g).map((five) => CLEAR_LETTERS[parseInt(five, 2)]).join("");
  return `${text.slice(0, 4)}-${text.slice(4, 8)}`;
}

export function toBase64url(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192) text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
