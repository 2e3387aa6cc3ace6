// What is quicker with script: keys, the palette, sheets in a dialog, scanning.
// Pages work without any of it; nothing here builds HTML from data.

const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const root = document.documentElement;

// When all is there, tests may begin.
addEventListener("load", () => { root.dataset.ready = ""; });

// Theme: what the person chose here, else what the system says.
const chosen = localStorage.getItem("theme");
if (chosen) root.dataset.theme = chosen;

const acts = {
  theme() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  },
  menu(button) {
    const open = $("#side").toggleAttribute("data-open");
    button.setAttribute("aria-expanded", open);
    if (open) $("#side a").focus();
  },
  close(link, event) {
    const dialog = link.closest("dialog");
    if (!dialog) return;
    event.preventDefault();
    dialog.close();
  },
  "close-toast"(button) { button.closest(".toast").remove(); },
  palette(_, event) {
    event?.preventDefault();
    openPalette();
  },
  copy(field) { field.select(); },
  print() { print(); },
};

document.addEventListener("click", (event) => {
  const at = event.target.closest("[data-act]");
  if (at && acts[at.dataset.act]) acts[at.dataset.act](at, event);
  else if ($("#side")?.hasAttribute("data-open") && !event.target.closest("#side")) closeMenu();
});

function closeMenu() {
  $("#side").removeAttribute("data-open");
  $("[data-act=menu]").setAttribute("aria-expanded", "false");
}

// A sheet opens in the dialog that its content was put into; where it came from gets the focus back.
let opener = null;
let coming = false; // the next sheet is on its way
document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.target?.id === "sheet") { opener = event.target; coming = true; } });
document.addEventListener("htmx:afterRequest", (event) => { if (!event.detail.successful) coming = false; });
document.addEventListener("htmx:afterSettle", (event) => {
  const dialog = event.detail.target.closest?.("#sheet") ?? (event.detail.target.isConnected ? null : $("#sheet"));
  if (!dialog?.firstElementChild) return;
  coming = false;
  if (!dialog.open) dialog.showModal();
  ($("[data-act=focus]", dialog) ?? $("input:not([type=hidden]), select", dialog) ?? $(".primary", dialog))?.focus();
});
document.addEventListener("close", (event) => {
  // The event comes later than the closing: by then the next sheet may stand in the dialog.
  if (event.target.id === "sheet" && !event.target.open && !coming) { event.target.replaceChildren(); opener?.focus(); }
}, true);
document.addEventListener("click", (event) => {
  const hit = event.target.closest("#palette [data-href]");
  if (hit) location.href = hit.dataset.href;
});
document.addEventListener("click", (event) => { if (event.target.tagName === "DIALOG") event.target.close(); });

// What did not come back is told, with what the server said of it: a button that does nothing tires people.
document.addEventListener("htmx:responseError", (event) => {
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  tellFault($(".faults p", page)?.textContent.trim() ?? "The server could not do this. Try again in a moment.");
});
document.addEventListener("htmx:sendError", () => tellFault("The server cannot be reached. What you typed is still here: try again when the connection is back."));
document.addEventListener("htmx:timeout", () => tellFault("The server took too long. Try again: what was done already is not done twice."));

function tellFault(text) {
  const toast = document.createElement("div"), words = document.createElement("span"), button = document.createElement("button");
  toast.className = "toast bad";
  words.textContent = text;
  Object.assign(button, { type: "button", textContent: "Close" });
  button.dataset.act = "close-toast";
  toast.append(words, button);
  $("#toasts").replaceChildren(toast);
}

// Search and jump.
async function openPalette() {
  const dialog = $("#palette");
  if (!dialog || dialog.open) return;
  if (!$("input", dialog)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "text", placeholder: "Order, PO number, customer, item, invoice, page", autocomplete: "off" });
    for (const [name, value] of Object.entries({ role: "combobox", "aria-label": "Search", "aria-expanded": "true", "aria-controls": "hits", "aria-autocomplete": "list" })) field.setAttribute(name, value);
    const list = document.createElement("div");
    dialog.append(field, list);
    let waiting;
    field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => look(field, list), 80); });
    field.addEventListener("keydown", (event) => paletteKey(event, list, field));
  }
  dialog.showModal();
  const field = $("input", dialog);
  field.select();
  look(field, $("div", dialog));
}

let asked = 0;
async function look(field, list) {
  const mine = ++asked, text = field.value;
  const answer = await fetch("/search?q=" + encodeURIComponent(text), { headers: { "HX-Request": "true" } });
  if (mine !== asked || !answer.ok) return;
  list.innerHTML = await answer.text();
  field.dataset.answered = text;
  field.setAttribute("aria-activedescendant", $("[aria-selected=true]", list)?.id ?? "");
}

function paletteKey(event, list, field) {
  const options = all("[role=option]", list);
  const at = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move && options.length) {
    event.preventDefault();
    const next = options[(at + move + options.length) % options.length];
    options[at]?.setAttribute("aria-selected", "false");
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", next.id);
  } else if (event.key === "Enter" && field.dataset.answered !== field.value) {
    event.preventDefault(); // who knows the number does not wait for the list
    location.href = "/search?go=1&q=" + encodeURIComponent(field.value);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    location.href = options[at].dataset.href;
  }
}

// Fields that know what may be meant: the server says, the browser shows.
let guessing;
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-suggest]");
  if (!field || event.inputType === "insertReplacementText") return;
  clearTimeout(guessing);
  guessing = setTimeout(async () => {
    const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(field.value)}`);
    if (answer.ok) field.list.innerHTML = await answer.text();
  }, 120);
});

// Keys. Single letters are off while somebody types, and never with Ctrl, Alt or Meta.
const places = { d: "/desk", o: "/orders", c: "/customers", a: "/stock", p: "/picking", i: "/invoices", b: "/bank", h: "/" };
let going = -Infinity;
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); return openPalette(); }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const main = $("dialog[open] [data-key='ctrl+enter']") ?? $("[data-key='ctrl+enter']");
    if (main) { event.preventDefault(); main.click(); }
    return;
  }
  if (event.key === "F1" && $("[data-key=help]")) { event.preventDefault(); if (!$("dialog[open]")) $("[data-key=help]").click(); return; }
  if (event.key === "Escape" && $("#side")?.hasAttribute("data-open")) return closeMenu();
  if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]") || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (document.documentElement.dataset.keys === "off" && /^[a-z?/[\] ]$/i.test(event.key)) return; // the person wants no single letters (2.1.4)
  if (performance.now() - going < 1200 && places[event.key]) { going = -Infinity; location.href = places[event.key]; return; }
  const does = {
    g: () => { going = performance.now(); },
    "/": openPalette,
    "?": () => $("#keys")?.showModal(),
    n: () => ($(".noteform textarea") ?? { focus: () => $("a[href^='/orders/new']")?.click() }).focus(),
    e: () => ($("[data-key=e]") ?? $(".acts a[href$='/change']"))?.click(),
    s: () => $("th a")?.focus(),
    u: () => $("[data-key=u]")?.click(),
    x: () => select(false),
    X: () => select(true),
    "[": () => $("[data-key='[']")?.click(),
    "]": () => $("[data-key=']']")?.click(),
    f: () => $(".tools input[type=search]")?.focus(),
    j: () => walk(1),
    k: () => walk(-1),
  }[event.key] ?? ((a) => a && (() => a.click()))(all(".head .acts a").find((a) => $("kbd", a)?.textContent.toLowerCase() === event.key)); // the key that a button shows
  if (does) { event.preventDefault(); does(); }
});

// Rows: j and k walk, Enter opens, since the row's first link has the focus.
function walk(by) {
  const rows = all("#list tbody tr, main section tbody tr");
  if (!rows.length) return;
  const at = rows.findIndex((r) => r.hasAttribute("data-focus"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
  rows[at]?.removeAttribute("data-focus");
  next.setAttribute("data-focus", "");
  $("a", next)?.focus();
  next.scrollIntoView({ block: "nearest" });
}

// Selection: x takes the row that has the focus, Shift all rows from the one before; the bar counts and sums.
let taken = null;
function select(range) {
  const box = $("input[name=pick]", $("tr[data-focus]") ?? document.activeElement.closest("tr") ?? document.createElement("tr"));
  if (!box) return;
  box.checked = range || !box.checked;
  extend(box, range);
}
function extend(box, range) {
  const boxes = all("input[name=pick]"), from = boxes.indexOf(taken), to = boxes.indexOf(box);
  if (range && from >= 0) for (const b of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) b.checked = box.checked;
  taken = box;
  sum();
}
document.addEventListener("click", (event) => { if (event.target.name === "pick") extend(event.target, event.shiftKey); });

// The sum is of whole numbers; the server writes it as the person does.
function sum() {
  const bar = $("#bulk");
  if (!bar) return;
  const boxes = all("input[name=pick]:checked");
  $("[data-picked]", bar).textContent = boxes.length;
  for (const row of all("#list tbody tr")) row.toggleAttribute("data-picked", Boolean($("input[name=pick]:checked", row)));
  const per = new Map();
  for (const b of boxes) {
    const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(b.dataset.sum) ?? [];
    if (whole === undefined) continue;
    const key = (b.dataset.unit ?? "") + part.length;
    per.set(key, (per.get(key) ?? 0n) + BigInt(sign + whole + part));
  }
  const [group, point] = (bar.dataset.marks ?? ",|.").split("|");
  $("[data-summed]", bar).textContent = [...per].map(([key, n]) => {
    const places = Number(key.at(-1)), minus = n < 0n ? "−" : "", text = String(n < 0n ? -n : n).padStart(places + 1, "0");
    const whole = text.slice(0, text.length - places).replace(/\B(?=(\d{3})+$)/g, group);
    return `, ${key.slice(0, -1)} ${minus}${whole}${places ? point + text.slice(-places) : ""}`;
  }).join("");
}
sum();

// Tabs of what is open: Alt and their number.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
  const tab = all(".views a")[event.key - 1];
  if (tab) { event.preventDefault(); tab.click(); }
});

// A box that is open closes by Esc, and gives the focus back.
document.addEventListener("keydown", (event) => {
  const box = event.key === "Escape" && !$("dialog[open]") && $("details.pop[open]");
  if (box) { box.open = false; $("summary", box).focus(); }
});

// What was done is told for eight seconds, longer while somebody is at it.
for (const toast of all(".toast")) {
  let left = setTimeout(() => toast.remove(), 8000);
  for (const on of ["pointerenter", "focusin"]) toast.addEventListener(on, () => clearTimeout(left));
  toast.addEventListener("pointerleave", () => { left = setTimeout(() => toast.remove(), 3000); });
}
$("[data-act=focus]")?.focus();

// Live: the server names documents that changed. What this page shows of them is fetched and morphed into place,
// unless somebody is at work in it; then a button says so. New rows never push: a button counts them.
// The bell hears on every page.
const shows = $("[data-live]");
if (!shows && $("#live")) $("#live").hidden = true;
if ($("#live")) {
  const ring = async () => {
    const answer = await fetch("/notices/count", { headers: { "X-Live": "1" } });
    if (answer.ok && !answer.redirected) Idiomorph.morph($("#bell"), await answer.text(), { morphStyle: "outerHTML" });
  };
  const names = () => new Set($("main").innerHTML.match(/[a-z]{3}_[0-9a-z]{13}/g));
  let known = names(), missed = 0, waiting = null, fetching = false, again = false;
  const busy = () => $("dialog[open]") || document.activeElement?.closest("main input, main select, main textarea");
  // One at a time: what is heard meanwhile makes one more of it, however much it was.
  const soon = () => { waiting ??= setTimeout(() => { waiting = null; refresh(false); }, 150); };
  const refresh = async (asked) => {
    if (fetching) { again = true; return; }
    fetching = true;
    try { await fetchMain(asked); } catch { /* the stream tells that the server is gone, and looks again when it is back */ }
    fetching = false;
    if (again) { again = false; soon(); }
  };
  const fetchMain = async (asked) => {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
    if (!answer.ok || answer.redirected) return;
    if (!asked && busy()) return tell("This was changed, show"); // somebody began meanwhile
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = new Map(all("main tr[id]").map((r) => [r.id, r.textContent]));
    Idiomorph.morph($("main"), $("main", page).innerHTML, { morphStyle: "innerHTML", ignoreActiveValue: true });
    for (const row of all("main tr[id]")) {
      if (before.get(row.id) === row.textContent) continue;
      row.classList.add("changed");
      setTimeout(() => row.classList.remove("changed"), 4000);
    }
    missed = 0;
    $("#news").replaceChildren();
    known = names();
  };
  const tell = (text) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small";
    button.textContent = text;
    button.addEventListener("click", () => refresh(true));
    $("#news").replaceChildren(button);
  };
  const heard = (ids) => {
    const mine = $("#bell")?.dataset.user;
    if (ids.includes("*") || ids.includes(mine)) ring();
    if (!shows) return;
    if (shows.dataset.live === "notices" && ids.includes(mine)) return void refresh();
    if (ids.includes("*") || ids.some((x) => known.has(x))) {
      if (busy()) return tell("This was changed, show");
      soon();
    } else if (shows.dataset.live === "all") {
      missed += ids.filter((x) => /^(ord|shp|inv|rcp|hld)_/.test(x)).length > 0 ? 1 : 0;
      if (missed) tell(missed === 1 ? "1 change, show" : `${missed} changes, show`);
    }
  };
  // Browsers allow six connections to a server, and people have more tabs than that: the one that holds the lock
  // listens, and hands on to the others what it hears. When it goes, the next one takes the lock.
  const dot = $("#live");
  const state = (to) => { dot.dataset.state = to; dot.textContent = to === "live" ? "Live" : "Reconnecting"; };
  const others = new BroadcastChannel("live");
  let leave = () => {}, stream = null;
  others.addEventListener("message", ({ data }) => {
    if (data.ids) heard(data.ids);
    if (data.state) state(data.state);
    if (data.ask && stream) others.postMessage({ state: dot.dataset.state });
  });
  others.postMessage({ ask: true });
  const listen = () => new Promise((done) => {
    leave = done;
    if (performance.now() > 5000) heard(["*"]); // what was said between two listeners is lost
    const say = (to) => { state(to); others.postMessage({ state: to }); };
    stream = new EventSource("/live");
    stream.addEventListener("open", () => say("live"));
    stream.addEventListener("error", () => say("lost"));
    stream.addEventListener("changed", (event) => {
      const ids = event.data.split(" ");
      heard(ids);
      others.postMessage({ ids });
    });
  });
  const until = new AbortController();
  navigator.locks ? navigator.locks.request("live", { signal: until.signal }, listen).catch(() => {}) : listen();
  addEventListener("pagehide", () => { stream?.close(); until.abort(); leave(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
