// The entry grid: cells are edited in place, each row is sent when it was left, and the server answers with the row as it
// would be ordered. Typing never waits: what is sent carries a version, and an answer older than what stands here is let go.

const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const draft = $("#draft"), body = $("#rows"), editor = $("#editor"), choices = $("#choices"), head = $("#head");
const at = draft.dataset.at;
const fields = ["item", "qty", "unit", "wished", "price"];

// Talking to the server.
let fresh = draft.hasAttribute("data-fresh"), last = Number(draft.dataset.last), flying = 0;
const lost = new Set();

// flies counts what is on its way to the server.
function flies(n) {
  flying += n;
  draft.setAttribute("aria-busy", flying > 0);
}

async function post(path, values, keepalive = false) {
  const answer = await fetch(at + path, { method: "POST", body: new URLSearchParams(values), keepalive });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.redirected) throw new Refusal("You are signed out. Sign in in another tab; what you typed is still here.");
  if (answer.status >= 500) throw new Error("the server");
  if (!answer.ok) throw new Refusal($(".faults p", page)?.textContent.trim() ?? "The server could not take this.");
  if (fresh) { // from now on this page is the draft, also when it is loaded again
    fresh = false;
    history.replaceState(null, "", at);
  }
  return page;
}

class Refusal extends Error {}

function say(text, bad = false) {
  $("#said").textContent = text;
  $("#said").classList.toggle("late", bad);
}

// One request for each row at a time; what is typed meanwhile goes with the next.
function send(row) {
  row.dataset.v = Number(row.dataset.v) + 1;
  touched(row);
  if (row.flying) row.again = true;
  else fly(row);
}

function rowValues(row) {
  const values = { v: row.dataset.v, pos: row.dataset.pos, gone: row.hasAttribute("data-gone") ? "1" : "" };
  for (const f of fields) values[f] = cell(row, f).dataset.value;
  return values;
}

async function fly(row) {
  row.flying = true;
  row.classList.add("flying");
  flies(1);
  do {
    row.again = false;
    try {
      if (fresh) await sendHead();
      apply(await post("/lines/" + row.dataset.line, rowValues(row)));
      lost.delete(row);
    } catch (err) {
      if (err instanceof Refusal) say(err.message, true);
      else {
        lost.add(row);
        say("Not saved yet: the server cannot be reached. It is tried again.", true);
      }
    }
  } while (row.again);
  row.flying = false;
  row.classList.remove("flying");
  row.classList.toggle("lost", lost.has(row));
  flies(-1);
}

setInterval(() => {
  if (headLost) sendHead();
  for (const row of lost) if (!row.flying) fly(row);
}, 2000);

// Until all that was typed is on the server.
async function settled() {
  commit();
  clearTimeout(headWaits);
  if (headDirty) sendHead();
  while (flying || scanning) await new Promise((done) => setTimeout(done, 20));
  return !lost.size && !headLost;
}

// What an answer holds goes into place, but never under the hand: a cell that is being edited, a row that is ahead.
function apply(page) {
  const rows = $("#rows", page);
  const names = new Set();
  for (const row of all("tr", rows)) {
    names.add(row.dataset.line);
    const mine = $(`tr[data-line="${CSS.escape(row.dataset.line)}"]`, body);
    if (row.hasAttribute("data-gone")) {
      if (mine && Number(mine.dataset.v) <= Number(row.dataset.v) && !mine.contains(editor)) mine.remove();
    } else if (!mine) add(document.adoptNode(row));
    else if (Number(mine.dataset.v) <= Number(row.dataset.v)) patch(mine, row);
  }
  if (rows?.hasAttribute("data-all")) {
    for (const row of all("tr", body)) if (!names.has(row.dataset.line) && Number(row.dataset.v) > 0 && !row.flying && !lost.has(row)) row.remove();
  }
  last = Math.max(last, Number($("#sum", page)?.dataset.last ?? 0));
  for (const name of ["sum", "asking", "headsay"]) {
    const part = $("#" + name, page), mine = $("#" + name);
    if (part && mine.innerHTML !== part.innerHTML && !(name === "asking" && mine.contains(document.activeElement) && part.innerHTML.trim())) mine.replaceChildren(...part.childNodes);
  }
  const ship = $("#shipto select", page), mine = $("#shipto select");
  if (ship && mine.innerHTML !== ship.innerHTML && mine !== document.activeElement) {
    const chosen = mine.value;
    mine.replaceChildren(...ship.childNodes);
    mine.value = chosen;
    if (mine.selectedIndex < 0) mine.value = "";
  }
  tidy();
}

function patch(mine, row) {
  mine.dataset.v = row.dataset.v;
  if (mine.keeping && mine.contains(editor)) return; // nobody is told what is wrong while still typing it
  mine.classList.toggle("faulty", row.classList.contains("faulty"));
  if (row.hasAttribute("data-stale")) say("Somebody else changed this line meanwhile: theirs stands here now.", true);
  [...mine.cells].forEach((now, i) => {
    const then = row.cells[i];
    if (i === 0 || now.contains(editor)) return;
    if (then.dataset.f) now.dataset.value = then.dataset.value;
    if (then.dataset.why !== undefined) now.dataset.why = then.dataset.why;
    for (const c of ["flaw", "missing"]) now.classList.toggle(c, then.classList.contains(c));
    if (now.innerHTML === then.innerHTML) return;
    const had = now.contains(document.activeElement) && now !== document.activeElement ? document.activeElement.dataset.take ?? "" : null;
    now.replaceChildren(...then.childNodes);
    if (had === null) return;
    const again = $(`[data-take="${CSS.escape(had)}"]`, now);
    if (again) again.focus();
    else focusOn(now);
  });
}

// Rows: the last one is always empty.
const empty = (row) => fields.every((f) => !cell(row, f).dataset.value);
const cell = (row, f) => $(`[data-f="${f}"]`, row);

function add(row) {
  const before = all("tr", body).find((r) => Number(r.dataset.pos) > Number(row.dataset.pos) || Number(r.dataset.v) === 0 && empty(r) && !r.contains(editor));
  body.insertBefore(row, before ?? null);
}

function blank() {
  const row = $("#blank").content.querySelector("tr").cloneNode(true);
  row.dataset.line = String(1 + Math.floor(Math.random() * (Number.MAX_SAFE_INTEGER - 1)));
  row.dataset.v = "0";
  row.dataset.pos = String(++last);
  body.append(row);
  return row;
}

function touched(row) {
  if (row === body.lastElementChild) {
    blank();
    tidy();
  }
}

function tidy() {
  if (!body.lastElementChild || !empty(body.lastElementChild) || Number(body.lastElementChild.dataset.v) > 0) blank();
  const end = body.lastElementChild;
  if (Number(end.dataset.pos) <= last && end.previousElementSibling && Number(end.previousElementSibling.dataset.pos) >= Number(end.dataset.pos)) end.dataset.pos = String(++last);
  let n = 0;
  for (const row of body.rows) {
    const text = String(++n);
    if (row.cells[0].textContent !== text) row.cells[0].textContent = text;
  }
  if (!$("td[tabindex='0']", body)) cell(body.rows[0], "item").tabIndex = 0;
}

// Moving: one tab stop; Tab goes right while somebody types in a row, and leaves the grid otherwise.
let running = false, column = 1;

function focusOn(td) {
  for (const old of all("td[tabindex='0']", body)) old.tabIndex = -1;
  td.tabIndex = 0;
  td.focus({ preventScroll: true });
  td.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function here() {
  const td = document.activeElement?.closest("#rows td");
  return td && { td, row: td.parentElement, i: td.cellIndex };
}

function move(row, i) {
  if (!row) return false;
  focusOn(row.cells[Math.min(Math.max(i, 1), 8)]);
  return true;
}

const sibling = (row, by) => by > 0 ? row.nextElementSibling : row.previousElementSibling;

// Tab: to the next cell that can be edited; false where the grid ends.
function along(row, i, by) {
  for (let n = i + by; n > 0 && n < 9; n += by) if (row.cells[n].dataset.f) return move(row, n);
  if (!row.typed) return false;
  row.typed = false;
  const next = sibling(row, by);
  return next ? move(next, by > 0 ? 1 : 6) : false;
}

body.addEventListener("focusin", (event) => {
  if (!body.contains(event.relatedTarget) && event.relatedTarget !== null) running = false;
  const td = event.target.closest("td[role=gridcell]");
  if (!td || event.target !== td) return;
  if (td.tabIndex !== 0) focusOn(td);
  const fault = td.classList.contains("flaw") ? $(".fault", td.parentElement)?.textContent.trim() : "";
  say(fault || td.dataset.why || "");
});

// Editing.
let before = "", stored = "", waits;

function edit(td, text) {
  if (!td.dataset.f) {
    $("button", td)?.focus();
    return;
  }
  before = stored = td.dataset.value;
  editor.value = text ?? before;
  editor.hidden = false;
  editor.className = "editor" + (td.classList.contains("num") ? " num" : "");
  editor.setAttribute("aria-label", `${$("thead", body.parentElement).rows[0].cells[td.cellIndex].textContent.trim()}, line ${td.parentElement.rowIndex}`);
  editor.inputMode = ["qty", "price"].includes(td.dataset.f) ? "decimal" : "text";
  td.classList.add("editing");
  td.append(editor);
  editor.focus({ preventScroll: true });
  if (text === undefined) editor.select();
  running = true;
  td.parentElement.typed = true;
  td.parentElement.classList.add("writing"); // what is still missing is no fault before the row is left
}

body.addEventListener("focusout", (event) => {
  const row = event.target.closest("tr");
  if (event.relatedTarget && !row?.contains(event.relatedTarget)) row?.classList.remove("writing");
});

// While somebody types, what stands there is kept on the server, too: a page that is closed loses nothing.
function keep() {
  clearTimeout(waits);
  const td = editor.closest("td");
  waits = setTimeout(() => {
    if (!td?.contains(editor) || editor.value === stored) return;
    td.dataset.value = stored = editor.value;
    td.parentElement.keeping = true;
    send(td.parentElement);
  }, 400);
}

// commit takes over what was typed; restore lets it go. Both end the editing.
function commit(restored) {
  const td = editor.closest("td");
  if (!td) return;
  clearTimeout(waits);
  const text = restored ? before : editor.value.trim();
  close(td);
  const row = td.parentElement;
  if (text !== before || stored !== before) {
    td.dataset.value = text;
    if (td.firstElementChild === null) td.textContent = text;
    row.keeping = false;
    send(row);
  }
}

function close(td) {
  choose(null);
  const focused = document.activeElement === editor;
  td.classList.remove("editing");
  editor.hidden = true;
  draft.append(editor);
  if (focused) focusOn(td);
}

editor.addEventListener("input", () => {
  keep();
  if (editor.closest("td")?.dataset.f === "item") suggest();
});
editor.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== editor) commit(); }, 0));

// What may be meant, while an item is typed.
let asked = 0, thinks;
function suggest() {
  clearTimeout(thinks);
  const mine = ++asked, ask = editor.value.trim();
  if (!ask) return choose(null);
  thinks = setTimeout(async () => {
    const answer = await fetch(`${at}/items?q=${encodeURIComponent(ask)}&customer=${encodeURIComponent(head.elements.customer.value)}`).catch(() => null);
    if (!answer?.ok || mine !== asked || !editor.closest("td")) return;
    choices.innerHTML = await answer.text();
    if (mine !== asked || !editor.closest("td") || !choices.childElementCount) return choose(null);
    const box = editor.getBoundingClientRect(), below = innerHeight - box.bottom > 260;
    choices.style.left = box.left + "px";
    choices.style.top = below ? box.bottom + "px" : "auto";
    choices.style.bottom = below ? "auto" : innerHeight - box.top + "px";
    choices.hidden = false;
    editor.setAttribute("aria-expanded", "true");
  }, 80);
}

// choose marks an option; null closes the list.
function choose(option) {
  for (const o of all("[aria-selected=true]", choices)) o.setAttribute("aria-selected", "false");
  if (!option) {
    asked++;
    choices.hidden = true;
    editor.setAttribute("aria-expanded", "false");
    editor.removeAttribute("aria-activedescendant");
    return;
  }
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  editor.setAttribute("aria-activedescendant", option.id);
}

choices.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-take]");
  if (!option) return;
  event.preventDefault();
  editor.value = option.dataset.take;
  commit();
});

// Lines go and come back.
const undo = [];

function remove(row) {
  if (row === body.lastElementChild) return;
  const near = row.nextElementSibling, i = here()?.i ?? 1;
  commit();
  if (Number(row.dataset.v) === 0 && empty(row)) return row.remove();
  row.setAttribute("data-gone", "");
  undo.push({ row, near });
  const kept = here()?.row === row;
  row.remove();
  send(row);
  tidy();
  if (kept || document.activeElement === document.body) move(near, i);
  $("#gone").hidden = false;
}

function bringBack() {
  const gone = undo.pop();
  $("#gone").hidden = !undo.length;
  if (!gone) return;
  gone.row.removeAttribute("data-gone");
  body.insertBefore(gone.row, gone.near?.isConnected ? gone.near : body.lastElementChild);
  send(gone.row);
  tidy();
  move(gone.row, 1);
}

function copyFromAbove({ td, row, i }) {
  const above = row.previousElementSibling;
  if (!above || !td.dataset.f) return;
  td.dataset.value = above.cells[i].dataset.value;
  if (td.firstElementChild === null) td.textContent = above.cells[i].textContent;
  row.typed = running = true;
  send(row);
}

// Faults, one after another; where something is proposed, the first proposal has the focus.
let fixed = null;
function fix() {
  const rows = all("tr.faulty", body);
  if (!rows.length) return (head.elements.customer.value ? head.elements.ship_to : head.elements.customer).focus();
  const row = fixed?.isConnected && rows.find((r) => r.rowIndex > fixed.rowIndex) || rows[0];
  fixed = row;
  const td = $(".flaw", row) ?? cell(row, "item");
  focusOn(td);
  td.scrollIntoView({ block: "center" });
  $("[data-take]", row)?.focus();
}

// Keys.
body.addEventListener("keydown", (event) => {
  const typing = event.target === editor, place = here();
  if (!place || event.altKey) return;
  const { td, row, i } = place, ctrl = event.ctrlKey || event.metaKey;
  const does = (f) => { event.preventDefault(); event.stopPropagation(); f(); };
  if (ctrl) {
    const key = event.key.toLowerCase();
    if (key === "d") does(() => { commit(true); copyFromAbove(place); });
    else if (event.key === "Backspace") does(() => remove(row));
    else if (key === "z" && !typing) does(bringBack);
    else if (event.key === "Home" && !typing) does(() => move(body.rows[0], 1));
    else if (event.key === "End" && !typing) does(() => move(body.lastElementChild, 1));
    return;
  }
  if (event.target.closest("button")) {
    const list = all("button", td), n = list.indexOf(event.target);
    if (event.key === "Escape") does(() => focusOn(td));
    else if (["ArrowDown", "ArrowRight"].includes(event.key)) does(() => list[Math.min(n + 1, list.length - 1)].focus());
    else if (["ArrowUp", "ArrowLeft"].includes(event.key)) does(() => list[Math.max(n - 1, 0)].focus());
    return;
  }
  if (typing) return typed(event, place, does);
  const go = { ArrowUp: [row.previousElementSibling, i], ArrowDown: [row.nextElementSibling, i], ArrowLeft: [row, i - 1], ArrowRight: [row, i + 1], Home: [row, 1], End: [row, 8],
    PageUp: [body.rows[Math.max(0, row.sectionRowIndex - 10)], i], PageDown: [body.rows[Math.min(body.rows.length - 1, row.sectionRowIndex + 10)], i] }[event.key];
  if (go) does(() => { running = false; column = Math.min(Math.max(go[1], 1), 8); move(...go); });
  else if (event.key === "Tab") {
    if (running && along(row, i, event.shiftKey ? -1 : 1)) event.preventDefault();
    else running = false;
  } else if (event.key === "Enter") does(() => { if (!td.dataset.f && $("button", td)) edit(td); else move(row.nextElementSibling, running ? column : i); });
  else if (event.key === "F2") does(() => edit(td));
  else if (event.key === "Escape") running = false;
  else if ((event.key === "Delete" || event.key === "Backspace") && td.dataset.f) does(() => { if (td.dataset.value) { edit(td, ""); commit(); } });
  else if (event.key.length === 1 && td.dataset.f) { // the letter itself goes where the focus is then
    event.stopPropagation();
    if (!running) column = i;
    edit(td, "");
  }
});

function typed(event, { td, row, i }, does) {
  const open = !choices.hidden, options = all("[role=option]", choices);
  const marked = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
  const take = () => { if (open && marked >= 0) editor.value = options[marked].dataset.take; commit(); };
  if (event.key === "Enter") does(() => { take(); move(row.nextElementSibling, column); });
  else if (event.key === "Tab") does(() => { take(); along(row, i, event.shiftKey ? -1 : 1); });
  else if (event.key === "Escape") does(() => { if (open) return choose(null); commit(true); running = false; });
  else if (open && event.key === "ArrowDown") does(() => choose(options[(marked + 1) % options.length]));
  else if (open && event.key === "ArrowUp") does(() => choose(options[(marked - 1 + options.length) % options.length]));
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") does(() => { commit(); move(sibling(row, event.key === "ArrowDown" ? 1 : -1) ?? row, i); });
}

body.addEventListener("click", (event) => {
  const td = event.target.closest("td[data-f]");
  if (!td || event.target === editor || td.contains(editor)) return;
  commit();
  column = td.cellIndex;
  focusOn(td);
  edit(td);
});

const acts = {
  fix, undo: bringBack,
  delete: (button) => remove(button.closest("tr")),
  take(button) {
    const row = button.closest("tr"), td = cell(row, "item");
    td.dataset.value = td.textContent = button.dataset.take;
    focusOn(td);
    send(row);
  },
  use: () => meaning("use"), back: () => meaning("back"), again: () => meaning("again"),
};
draft.addEventListener("click", (event) => {
  const button = event.target.closest("[data-grid]");
  if (button) acts[button.dataset.grid]?.(button);
});

// The head.
let headWaits, headDirty = fresh && head.elements.customer.value !== "", headLost = false, headFlies = null;
function sendHead() {
  headDirty = false;
  head.dataset.v = Number(head.dataset.v) + 1;
  headFlies ??= (async () => {
    flies(1);
    try {
      let sent;
      do {
        sent = head.dataset.v;
        apply(await post("/head", { ...Object.fromEntries(new FormData(head)), v: sent }));
      } while (sent !== head.dataset.v);
      headLost = false;
    } catch (err) {
      headLost = !(err instanceof Refusal);
      say(headLost ? "Not saved yet: the server cannot be reached. It is tried again." : err.message, true);
      if (headLost) throw err;
    } finally {
      headFlies = null;
      flies(-1);
    }
  })();
  return headFlies;
}
const headSoon = (after) => {
  headDirty = true;
  clearTimeout(headWaits);
  headWaits = setTimeout(() => sendHead().catch(() => {}), after);
};
head.addEventListener("input", () => headSoon(400));
head.addEventListener("change", () => headSoon(0));
head.addEventListener("submit", (event) => event.preventDefault());

// Pasting: the text goes to the server as it is.
document.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const inGrid = event.target.closest?.("#rows, [data-add]") || event.target === document.body;
  if (!inGrid || $("dialog[open]")) return;
  if (/[\t\n]/.test(text.trim())) {
    event.preventDefault();
    commit(true);
    pasteRows(text);
  } else if (!event.target.closest("input") && here()?.td.dataset.f) {
    event.preventDefault();
    edit(here().td, text.trim());
    commit();
  }
});

async function pasteRows(text) {
  say("Reading the rows…");
  await settled();
  flies(1);
  try {
    apply(await post("/paste", { text, key: key() }));
    say("");
    body.rows[0]?.scrollIntoView({ block: "nearest" });
  } catch (err) {
    say(err instanceof Refusal ? err.message : "Nothing was pasted: the server cannot be reached. Paste again.", true);
  }
  flies(-1);
}

async function meaning(what) {
  await settled();
  flies(1);
  const form = $("[data-grid-form=meaning]");
  document.activeElement?.blur();
  try {
    apply(await post("/meaning", { ...Object.fromEntries(new FormData(form)), do: what }));
    say("");
    focusOn($(".flaw", body) ?? cell(body.rows[0], "item"));
  } catch (err) {
    say(err instanceof Refusal ? err.message : "The server cannot be reached. Try again.", true);
  }
  flies(-1);
}

const key = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(36)).join("");

// Scanning: one after another, so that none is lost and none counts twice.
let scanning = 0, line = Promise.resolve();
const field = $("[data-add]");
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const code = field.value;
  field.value = "";
  if (!code.trim()) return;
  const once = key();
  scanning++;
  line = line.then(() => scan(code, once)).finally(() => scanning--);
});

async function scan(code, once) {
  const told = $("#scanned");
  try {
    if (fresh) await sendHead();
    const page = await post("/add", { code, key: once });
    apply(page);
    told.className = "ok";
    told.replaceChildren(...$("#scanned", page).childNodes);
    navigator.vibrate?.(40);
  } catch (err) {
    told.className = "late";
    told.textContent = err instanceof Refusal ? err.message : `${code} was not added: the server cannot be reached. Scan it again.`;
    navigator.vibrate?.([200, 80, 200]);
  }
}

// Steps begin when all is on the server; the draft is there even when nothing was typed.
const ready = new WeakSet();
document.addEventListener("click", async (event) => {
  const link = event.target.closest(".gridbar a[hx-get]");
  if (!link || ready.has(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (fresh) await sendHead().catch(() => {});
  if (!await settled()) return;
  const again = new MouseEvent("click", { bubbles: true, cancelable: true });
  ready.add(again);
  link.dispatchEvent(again);
}, true);
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !editor.hidden) commit();
}, true);

// A page that is closed or loaded again takes along what stands in the cell.
addEventListener("pagehide", () => {
  const td = editor.closest("td");
  if (td && editor.value !== stored) {
    td.dataset.value = editor.value;
    td.parentElement.dataset.v = Number(td.parentElement.dataset.v) + 1;
    lost.add(td.parentElement);
  }
  if (headDirty) post("/head", { ...Object.fromEntries(new FormData(head)), v: Number(head.dataset.v) + 1 }, true).catch(() => {});
  for (const row of lost) post("/lines/" + row.dataset.line, rowValues(row), true).catch(() => {});
  if (lost.size) sessionStorage.setItem(at, JSON.stringify([...lost].map((row) => ({ line: row.dataset.line, ...rowValues(row) }))));
});

// A page that is loaded again may come before what the one before has sent: it is sent once more.
function takeUp() {
  const rows = JSON.parse(sessionStorage.getItem(at) ?? "[]");
  sessionStorage.removeItem(at);
  for (const values of rows) {
    let row = $(`tr[data-line="${CSS.escape(values.line)}"]`, body);
    if (row && Number(row.dataset.v) >= Number(values.v)) continue;
    if (!row) {
      row = body.lastElementChild;
      Object.assign(row.dataset, { line: values.line, pos: values.pos });
    }
    row.dataset.v = values.v;
    for (const f of fields) {
      if (cell(row, f).dataset.value === values[f]) continue;
      cell(row, f).dataset.value = values[f];
      cell(row, f).textContent = values[f];
    }
    send(row);
  }
}

tidy();
takeUp();
if (fresh) head.elements.customer.focus();
