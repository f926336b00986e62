// The staff corner with network: the queue of this tablet, and the PIN kept so that the corner opens without network.
import { Clock } from "../field/clock.js";
import { speaker } from "../offline/dom.js";
import { openStore } from "../offline/store.js";
import { drawQueue } from "./corner.js";
import { canKeep, queueOf, STORE } from "./ready.js";

const place = document.getElementById("queue-place");
if (canKeep()) {
  const store = await openStore(STORE);
  await store.keep("pin", place.dataset.verifier);
  place.removeAttribute("data-verifier");
  place.replaceChildren(await drawQueue(store, await Clock.open(store), queueOf(store), speaker(JSON.parse(place.dataset.words))));
}
