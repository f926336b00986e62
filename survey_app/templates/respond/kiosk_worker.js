// Brings up the page that a tablet keeps when the server cannot be reached; otherwise it stays out of the way.
const VERSION = {{ kiosk_version|tojson }};
const SHELL = {{ shell|tojson }};
const START = {{ start|tojson }};
const ASSETS = new Set({{ assets|tojson }});
const FAMILY = "quay-";
const CACHE = FAMILY + VERSION;
const PATIENCE = 8_000;

self.addEventListener("install", (event) => event.waitUntil(fetchAll().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === SHELL) event.respondWith(kept(SHELL, request));
  else if (request.mode === "navigate") event.respondWith(request.method === "GET" ? opened(request) : posted(request));
  else if (request.method === "GET" && ASSETS.has(pathname)) event.respondWith(kept(pathname, request));
});

async function fetchAll() {
  const cache = await caches.open(CACHE);
  await Promise.all([SHELL, ...ASSETS].map(async (address) => {
    const answer = await fetch(address, { cache: "reload" });
    if (!answer.ok || answer.redirected) throw new Error(`${address}: ${answer.status}`);
    await cache.put(address, answer);
  }));
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith(FAMILY) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// The server's page, or the kept one where it does not come: no line, no answer in time, a gateway without a server.
async function opened(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status < 502) return answer;
  } catch {
    // the line is broken
  }
  return kept(SHELL, request);
}

async function posted(request) {
  try {
    return await fetch(request);
  } catch {
    return Response.redirect(START, 303);
  }
}

async function kept(address, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) ?? fetch(request);
}
