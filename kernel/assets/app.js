// Every page works without this file; it only makes some of them quicker.
const $ = (s, root = document) => root.querySelector(s);
const all = (s, root = document) => [...root.querySelectorAll(s)];

// After a refused form: bring the summary of what to change into view and read it out.
const errors = $(".errs");
if (errors) errors.focus();

// Lists of the desk, work-lists and tables alike: j and k move along the rows, Enter opens the row in focus, x ticks it, / goes
// to the search box.
const rows = () => {
  const work = all(".rows a");
  return work.length ? work : all("main .table tbody tr").map((row) => $("a[href]", row)).filter(Boolean);
};
const typing = (el) => el.closest("input, select, textarea, [contenteditable]");
const ticking = (el) => el.matches("[type=checkbox], [type=radio]");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || (typing(event.target) && !ticking(event.target))) return;
  if (event.key === "/") {
    const box = $("input[type=search]");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
    return;
  }
  const tick = event.key === "x" && $(".tick", event.target.closest(".rows li") ?? document.createElement("i"));
  if (tick) tick.click();
  if (event.key !== "j" && event.key !== "k") return;
  const links = rows();
  if (!links.length) return;
  event.preventDefault();
  const at = document.activeElement;
  // A box in a row counts as that row.
  const here = links.findIndex((a) => a === at || a.closest("tr")?.contains(at));
  const from = here >= 0 ? here : links.findIndex((a) => a.ariaCurrent === "true");
  const step = event.key === "j" ? 1 : -1;
  const next = links[Math.min(links.length - 1, Math.max(0, from + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
});

// Fragments: <div data-refresh-seconds="10" data-src="/path"> takes the server's HTML as its children; a link in it that is
// marked with data-go-on is followed.
const refresh = async (el) => {
  if (document.hidden) return;
  try {
    const answer = await fetch(el.dataset.src, {
      headers: { Accept: "text/html" },
      credentials: "same-origin",
      redirect: "error",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const typed = document.activeElement;
    if (el.contains(typed) && typing(typed)) return;
    el.replaceChildren(...page.body.childNodes);
    delete el.dataset.stale;
    wire(el);
    const on = $("a[data-go-on]", el);
    if (on) location.replace(on.href);
  } catch {
    // Keep what is shown; the page's own words give the time of the data.
    el.dataset.stale = "";
  }
};

// Live screens: a message {"id": "text"} fills the element with that id; a lamp takes "on", "new" or "" as its class.
const LAMPS = ["on", "new"];
const show = (id, value) => {
  const el = document.getElementById(id);
  if (!el) return;
  if (el.classList.contains("lamp")) {
    el.classList.remove(...LAMPS);
    if (LAMPS.includes(value)) el.classList.add(value);
  } else if (el.textContent !== String(value)) {
    el.textContent = value;
  }
};
const listen = (el) => {
  const source = new EventSource(el.dataset.events);
  source.addEventListener("message", (event) => {
    let words;
    try {
      words = JSON.parse(event.data);
    } catch {
      return;
    }
    delete el.dataset.stale;
    for (const [id, value] of Object.entries(words)) show(id, value);
  });
  source.addEventListener("error", () => {
    el.dataset.stale = "";
  });
};

// Copy: <button data-copy="text" data-done="words shown after">.
const copy = async (button) => {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    if (button.dataset.done) button.textContent = button.dataset.done;
  } catch {
    button.hidden = true;
  }
};

// Revealed personal data covers itself again: <span data-hide-after="60" data-mask="138 **** 0000">.
const cover = (el) => {
  setTimeout(() => {
    el.textContent = el.dataset.mask || "****";
  }, Number(el.dataset.hideAfter) * 1000);
};

// Distance as a hint: the phone itself works out how far it is from the site and says only a class; the point never leaves it.
const metres = ([north, east], [lat, lon]) => {
  const rad = Math.PI / 180;
  const half = Math.sin(((lat - north) * rad) / 2) ** 2
    + Math.cos(north * rad) * Math.cos(lat * rad) * Math.sin(((lon - east) * rad) / 2) ** 2;
  return 12742000 * Math.asin(Math.sqrt(half));
};
const offer = (el) => {
  const tell = (distance, accuracy) => {
    $("[name=distance]", el).value = distance;
    $("[name=accuracy]", el).value = accuracy;
    $("[role=status]", el).textContent = el.dataset[distance];
  };
  el.hidden = !navigator.geolocation;
  $("button", el).addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const far = metres(el.dataset.site.split(",").map(Number), [coords.latitude, coords.longitude]);
        tell(far <= 200 ? "near" : far <= 1000 ? "around" : "far", coords.accuracy <= 100 ? "fine" : "coarse");
      },
      () => tell("unknown", "none"),
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
    );
  });
};

// A sheet that is keyed row by row: Enter goes down its column, and from the last row to the next column's first.
document.addEventListener("keydown", (event) => {
  const cell = event.target.closest("[data-grid] input");
  if (!cell || event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  const rows = all("[data-grid] tbody tr").map((row) => all("input", row));
  const at = rows.findIndex((row) => row.includes(cell));
  const column = rows[at].indexOf(cell);
  const next = rows[at + 1]?.[column] ?? rows[0][column + 1];
  if (next) next.focus();
});

// One press, one request: a second submit while the first is on its way is dropped.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  else if (form.method === "post") {
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  }
});
// A page taken back from the browser's store may be sent again; its key keeps the deed single.
addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

const wire = (root) => {
  for (const el of all("[data-hide-after]", root)) cover(el);
  for (const el of all("[data-copy]", root)) el.addEventListener("click", () => copy(el));
  for (const el of all("[data-submit-on-change]", root)) el.addEventListener("change", () => el.form.requestSubmit());
};

wire(document);
for (const el of all("[data-refresh-seconds]")) {
  const seconds = Math.max(2, Number(el.dataset.refreshSeconds) || 10);
  setInterval(() => refresh(el), seconds * 1000);
}
for (const el of all("[data-events]")) listen(el);
for (const el of all("[data-site]")) offer(el);

// An installed page keeps its shell and says so when there is no network.
if ("serviceWorker" in navigator && $("link[rel=manifest]")) {
  addEventListener("load", () => navigator.serviceWorker.register("/worker.js").catch(() => {}));
}
