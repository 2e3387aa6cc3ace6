// Draws openapi.json: a list of operations that can be searched, each with its
// parameters, body and answers. Text goes in as text, never as HTML.
"use strict";

const $ = id => document.getElementById(id);

function el(tag, attrs, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attrs || {})) {
    if (v === true) e.setAttribute(k, "");
    else if (v !== undefined && v !== false) e.setAttribute(k, v);
  }
  e.append(...children.filter(c => c !== null && c !== undefined && c !== ""));
  return e;
}

let doc;

const nameOf = s => s && s.$ref ? s.$ref.split("/").pop() : "";
const solve = s => s && s.$ref ? doc.components.schemas[nameOf(s)] : s;

function typeOf(s) {
  if (!s) return "";
  if (s.$ref) return nameOf(s);
  if (s.oneOf) return s.oneOf.map(typeOf).join(" or ");
  if (s.type === "array" || Array.isArray(s.type) && s.type.includes("array")) return "list of " + (typeOf(s.items) || "anything");
  const t = Array.isArray(s.type) ? s.type.filter(x => x !== "null").join(" or ") : s.type || "anything";
  return { string: "text", integer: "whole number", boolean: "yes or no" }[t] || t;
}

// inner is the object that a schema leads to, through references and lists.
function inner(s) {
  s = solve(s);
  if (s && s.items) return inner(s.items);
  return s && s.properties ? s : null;
}

function limits(s) {
  const out = [];
  if (s.enum) out.push("one of " + s.enum.join(", "));
  if (s.items && s.items.enum) out.push("of " + s.items.enum.join(", "));
  if (s.minLength > 0) out.push("not empty");
  if (s.maxLength) out.push("at most " + s.maxLength + " characters");
  if (s.minItems) out.push("at least " + s.minItems);
  if (s.maxItems) out.push("at most " + s.maxItems);
  if (s.minimum !== undefined) out.push("from " + s.minimum);
  if (s.maximum !== undefined) out.push("to " + s.maximum);
  if (s.default !== undefined) out.push(s.default + " when empty");
  return out.join("; ");
}

function field(name, s, must, seen) {
  const li = el("li", {}, el("b", {}, name), " ", el("span", { class: "type" }, typeOf(s)), must ? " " : "", must ? el("span", { class: "must" }, "required") : "",
    s.description ? el("span", { class: "doc" }, s.description) : "", limits(s) ? el("span", { class: "doc type" }, limits(s)) : "");
  const obj = inner(s);
  if (obj && !seen.includes(obj)) li.append(later("fields of " + name, () => fields(s, [...seen, obj])));
  return li;
}

// later draws what is folded when it is opened: schemas are deep.
function later(title, draw) {
  const d = el("details", {}, el("summary", {}, title));
  d.addEventListener("toggle", () => { if (d.open && d.children.length === 1) d.append(draw()); });
  return d;
}

function fields(s, seen = []) {
  const obj = inner(s);
  if (!obj) return el("p", { class: "type" }, typeOf(s));
  const must = obj.required || [];
  const names = Object.keys(obj.properties).sort((a, b) => must.includes(b) - must.includes(a) || a.localeCompare(b));
  return el("ul", { class: "fields" }, ...names.map(n => field(n, obj.properties[n], must.includes(n), [...seen, obj])));
}

// sample makes a small body of what is required.
function sample(s, depth = 0) {
  s = solve(s);
  if (!s || depth > 5) return null;
  if (s.properties) return Object.fromEntries((s.required || []).map(n => [n, sample(s.properties[n], depth + 1)]));
  if (s.items) return [sample(s.items, depth + 1)];
  if (s.enum) return s.enum[0];
  return { integer: s.minimum || 1, boolean: true }[s.type] ?? "…";
}

function example(method, path, op) {
  let text = "curl " + (method === "GET" ? "" : "-X " + method + " ") + location.origin + path + " -H \"Authorization: Bearer $KONTOR_TOKEN\"";
  if (method !== "GET") text += " \\\n  -H \"Idempotency-Key: $(uuidgen)\"";
  const body = op.requestBody && op.requestBody.content["application/json"];
  if (body) text += " \\\n  -H \"Content-Type: application/json\" -d '" + JSON.stringify(sample(body.schema)) + "'";
  return text;
}

function parameter(p) {
  const li = field(p.name, { ...p.schema, description: p.description }, p.required, []);
  li.querySelector(".type").append(" · " + p.in);
  return li;
}

function draw(method, path, op) {
  const box = el("div", { class: "inside" });
  if (op.description) box.append(el("p", {}, op.description));
  const params = op.parameters || [];
  if (params.length) box.append(el("h3", {}, "Parameters"), el("ul", { class: "fields" },
    ...params.map(p => parameter(p))));
  for (const [media, c] of Object.entries(op.requestBody ? op.requestBody.content : {}))
    box.append(el("h3", {}, "Body · " + media + (op.requestBody.required ? "" : " · may be left out")), fields(c.schema));
  const no = [];
  for (const [status, r] of Object.entries(op.responses)) {
    if (status >= "400") { no.push(el("li", {}, status + " " + r.description)); continue; }
    for (const [media, c] of Object.entries(r.content || {})) {
      const forms = c.schema.oneOf || [c.schema];
      box.append(el("h3", {}, "Answer " + status + " · " + media + " · " + typeOf(c.schema)));
      box.append(...forms.map((f, i) => i ? later("fields of " + typeOf(f), () => fields(f)) : fields(f)));
    }
  }
  if (no.length) box.append(el("h3", {}, "Problems"), el("ul", { class: "statuses" }, ...no));
  box.append(el("h3", {}, "By hand"), el("pre", { tabindex: "0" }, example(method, path, op)));
  return box;
}


function main() {
  $("about").textContent = doc.info.description + " Version " + doc.info.version + ".";
  const sections = new Map(), all = [];
  for (const [path, methods] of Object.entries(doc.paths))
    for (const [m, op] of Object.entries(methods)) {
      const name = op.tags[0], method = m.toUpperCase();
      if (!sections.has(name)) sections.set(name, []);
      const details = el("details", {}, el("summary", {}, el("span", { class: "m " + method }, method), el("span", { class: "path" }, path), el("span", { class: "sum" }, op.summary)));
      details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(draw(method, path, op)); });
      const card = el("article", { id: op.operationId }, details);
      const link = el("a", { href: "#" + op.operationId, title: method + " " + path }, el("span", { class: "m " + method }, method), el("span", {}, op.summary));
      link.addEventListener("click", () => { details.open = true; });
      const entry = { card, link, details, order: op["x-order"], text: [method, path, op.summary, name, op.operationId].join(" ").toLowerCase() };
      sections.get(name).push(entry); all.push(entry);
    }
  const order = (doc.tags || []).map(t => t.name).filter(n => sections.has(n));
  for (const list of sections.values()) list.sort((a, b) => a.order - b.order);
  const heads = [];
  for (const name of [...order, ...[...sections.keys()].filter(n => !order.includes(n))]) {
    const list = sections.get(name), h = el("h2", { class: "section" }, name), nh = el("h2", {}, name);
    heads.push({ list, h, nh });
    $("operations").append(h, ...list.map(e => e.card));
    $("nav").append(nh, ...list.map(e => e.link));
  }
  const filter = () => {
    const words = $("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const e of all) {
      const fits = words.every(w => e.text.includes(w));
      e.card.hidden = e.link.hidden = !fits;
      n += fits;
    }
    for (const g of heads) g.h.hidden = g.nh.hidden = g.list.every(e => e.card.hidden);
    $("count").textContent = n + " of " + all.length + " operations";
    $("none").hidden = n > 0;
  };
  $("find").addEventListener("input", filter);
  document.addEventListener("keydown", e => {
    if (e.key === "/" && document.activeElement !== $("find")) { e.preventDefault(); $("find").focus(); }
    if (e.key === "Escape" && document.activeElement === $("find")) { $("find").value = ""; filter(); }
  });
  const go = () => {
    const e = all.find(e => "#" + e.card.id === location.hash);
    if (e) { e.details.open = true; e.card.scrollIntoView(); }
  };
  window.addEventListener("hashchange", go);
  filter();
  go();
}

fetch("/openapi.json").then(r => r.json()).then(d => { doc = d; main(); }, e => { $("operations").textContent = "Cannot read openapi.json: " + e; });
