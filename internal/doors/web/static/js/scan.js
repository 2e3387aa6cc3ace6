// Scanning: pages of the warehouse work without any of this. Here a scanner is heard wherever the focus is, the page
// counts along where it knows what is right, and each read is answered in colour, sound and touch.

const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const field = () => $("[data-act=scan]");
const amount = (text) => Number(String(text).replace(",", ".")) || 0;
const round = (n) => String(Number(n.toFixed(6)));
// As on the labels: without the prefix that names the symbology, and a GTIN without the zeros before it.
const bare = (code) => code.replace(/^\][A-Za-z][0-9A-Za-z]/, "").trim();

// Three senses: a short high tone and a touch for what is right, a long low one and three touches for what is not.
let speaker = null;
function feel(tone) {
  if (!tone) return;
  navigator.vibrate?.(tone === "good" ? 40 : [200, 80, 200]);
  try {
    speaker ??= new AudioContext();
    const from = speaker.currentTime, lasts = tone === "good" ? 0.07 : 0.35;
    const voice = speaker.createOscillator(), loud = speaker.createGain();
    voice.frequency.value = tone === "good" ? 1320 : 196;
    loud.gain.setValueAtTime(0.15, from);
    loud.gain.exponentialRampToValueAtTime(0.001, from + lasts);
    voice.connect(loud).connect(speaker.destination);
    voice.start(from);
    voice.stop(from + lasts);
  } catch { /* a device without sound */ }
}

function say(tone, text) {
  const hit = $("#hit");
  if (!hit) return;
  hit.className = `hit ${tone}`;
  hit.dataset.tone = tone;
  hit.textContent = text;
  feel(tone);
}

// A number between less and more, and the word on the main button that follows it.
function setCount(stepper, n) {
  $(".stepvalue", stepper).value = round(Math.max(0, n));
  relabel();
}

function relabel() {
  const main = $("[data-main]"), stepper = $(".stepper[data-most]");
  if (!main || !stepper) return;
  const n = amount($(".stepvalue", stepper).value), most = amount(stepper.dataset.most);
  const whole = n < most;
  main.textContent = !whole ? "Take these" : n > 0 ? `Take the other ${round(most - n)}` : `Take all ${round(most)}`;
  whole ? main.setAttribute("name", "all") : main.removeAttribute("name");
  main.value = "yes";
}

// What the page itself knows to be right counts at once; the server reads everything else.
function counts(code) {
  const known = all(".stepper[data-codes]").filter((s) => s.dataset.codes && bare(code) in JSON.parse(s.dataset.codes));
  for (const stepper of known) {
    const n = amount($(".stepvalue", stepper).value) + amount(JSON.parse(stepper.dataset.codes)[bare(code)]);
    if (n > amount(stepper.dataset.most)) continue;
    setCount(stepper, n);
    const most = round(amount(stepper.dataset.most));
    say("good", stepper.dataset.say + `${round(n)} of ${most}` + (stepper.closest(".packs") ? " in" : ""));
    stepper.closest("li")?.scrollIntoView({ block: "nearest" });
    return true;
  }
  return false;
}

// A scanner that reads one label twice within 700 ms counts it once, unless the page counts pieces.
let last = { code: "", at: -Infinity, counted: false };
function twice(code) {
  const now = performance.now(), counted = Boolean($(".stepper[data-codes]:not([data-codes=''])"));
  const again = code === last.code && now - last.at < 700 && !(counted && last.counted);
  last = { code, at: now, counted };
  return again;
}

async function swap(form, address) {
  form.classList.add("htmx-request"); // as every part of a page that waits for the server
  try {
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = $("#floor", page);
    if (!fresh || answer.redirected) { location.href = answer.redirected ? answer.url : address; return; }
    history.pushState(null, "", address);
    shown = address;
    $("#floor").replaceWith(fresh);
    window.htmx?.process(fresh);
    begin();
    feel($("#hit")?.dataset.tone);
  } catch {
    say("bad", "The server cannot be reached. This scan was not counted: scan again when the connection is back.");
  } finally {
    form.classList.remove("htmx-request");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target, by = event.submitter;
  if (!form.matches("[data-scan]") || (by?.formMethod || form.method) !== "get" || by?.hasAttribute("data-away")) return;
  event.preventDefault();
  const scan = $("[name=scan]", form), code = scan?.value.trim() ?? "";
  if (code && twice(code)) { scan.value = ""; return; }
  if (code && counts(code)) { scan.value = ""; return; }
  const values = new URLSearchParams(new FormData(form, by));
  values.delete("key");
  for (const [name, value] of [...values]) if (!value) values.delete(name);
  if (scan) scan.value = "";
  swap(form, `${new URL(form.action).pathname.replace(/\/$/, "") || "/"}?${values}`);
});
let shown = location.pathname + location.search;
addEventListener("popstate", () => { if (location.pathname + location.search !== shown) location.reload(); });

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act=less], [data-act=more]");
  const stepper = button?.closest(".stepper");
  if (stepper) setCount(stepper, amount($(".stepvalue", stepper).value) + (button.dataset.act === "more" ? 1 : -1));
  if (event.target.closest("[data-act=keyboard]")) { field().inputMode = "text"; field().blur(); field().focus(); }
  if (event.target.closest("[data-act=camera]")) look();
});
document.addEventListener("input", (event) => { if (event.target.matches(".stepvalue")) relabel(); });

// A scanner is a keyboard that types at least four characters, 35 ms apart or less, and ends them with Enter or Tab.
// It is heard wherever the focus is; what it typed into another field is taken out of it again.
let typed = "", began = 0, before = null;
function heard(event) {
  const target = event.target;
  if (target === field() || event.altKey || event.metaKey || $("dialog[open]")) { typed = ""; return; }
  const gs = event.key === "\x1d" || event.ctrlKey && event.key === "]"; // FNC1
  if (event.key.length === 1 && !event.ctrlKey || gs) {
    if (typed && event.timeStamp - began > 35 * typed.length + 35) typed = "";
    if (!typed) { began = event.timeStamp; before = "value" in target ? { target, value: target.value } : null; }
    typed += gs ? "\x1d" : event.key;
    return;
  }
  if (event.key !== "Enter" && event.key !== "Tab") return;
  const code = typed, fast = event.timeStamp - began <= 35 * code.length;
  typed = "";
  // A short number in a field of numbers is somebody quick at the keys; a label of a delivery note may be read into its field.
  if (code.length < 4 || !fast || !field() || target.matches("[data-takes]") || target.inputMode === "decimal" && /^[\d.,]{1,7}$/.test(code)) return;
  event.preventDefault();
  event.stopPropagation();
  if (before?.target.isConnected) { before.target.value = before.value; relabel(); }
  read(code);
}
document.addEventListener("keydown", heard, true);

function read(code) {
  field().value = code;
  field().form.requestSubmit($("button.vh", field().form));
}

// The camera, where the browser can read codes.
async function look() {
  const video = $(".camera");
  if (!video.hidden) return dark(video);
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    return say("bad", "The camera is not allowed here. Allow it in the browser's settings, or type the code.");
  }
  video.hidden = false;
  await video.play();
  const eye = new BarcodeDetector();
  while (!video.hidden && video.isConnected) {
    const [found] = await eye.detect(video).catch(() => []);
    if (found) { dark(video); return read(found.rawValue); }
    await new Promise((done) => setTimeout(done, 120));
  }
  dark(video);
}
function dark(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  video.hidden = true;
}

// The field waits for the next read; on a device that is touched, the keyboard stays away until it is asked for.
function begin() {
  const scan = field();
  relabel();
  if (!scan) return;
  if (matchMedia("(pointer: coarse)").matches) { scan.inputMode = "none"; $("[data-act=keyboard]").hidden = false; }
  $("[data-act=camera]").hidden = !("BarcodeDetector" in window);
  if (!$(".faults")) scan.focus({ preventScroll: true });
}
begin();
feel($("#hit")?.dataset.tone);
