// Keeps the page of the collector's app and its files on the device, one set for each version. A new version is fetched
// whole beside the old one and waits until the page, between two forms, says "apply".
const VERSION = {{ app_version|tojson }};
const SHELL = {{ shell|tojson }};
const ASSETS = new Set({{ assets|tojson }});
const FAMILY = "thu-phieu-";
const CACHE = FAMILY + VERSION;

self.addEventListener("install", (event) => event.waitUntil(fetchAll()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => { if (event.data === "apply") self.skipWaiting(); });
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname === SHELL || ASSETS.has(pathname)) event.respondWith(kept(request, pathname));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => Response.redirect(SHELL)));
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

async function kept(request, pathname) {
  const cache = await caches.open(CACHE);
  return (await cache.match(pathname)) ?? fetch(request);
}
