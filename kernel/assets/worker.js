// Keeps the shell of the pages (styles, script, mark) and the page that says that there is no network. Never a page with data:
// what somebody sees is theirs, and the next reader of this phone must not find it.
const SHELL = "shell-{mark}";
const OFFLINE = "/offline";
const FILES = [OFFLINE, {files}];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name)));
  // The page is asked for while the worker starts: keeping a shell costs a slow phone nothing.
  const ahead = () => self.registration.navigationPreload?.enable();
  event.waitUntil(caches.keys().then(old).then(ahead).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || pathname.startsWith("/wall/")) return;
  if (request.mode === "navigate") {
    const page = async () => (await event.preloadResponse) || fetch(request);
    event.respondWith(page().catch(() => caches.match(OFFLINE)));
  } else if (pathname.startsWith("/assets/")) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  }
});
