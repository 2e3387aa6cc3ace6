// What signing in needs of the browser: its passkeys, and to show a password. The server asks and
// checks; this carries bytes between the two.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const list = (keys) => keys?.map((k) => ({ ...k, id: bytes(k.id) }));

const does = {
  async get(o) {
    const c = await navigator.credentials.get({ publicKey: { ...o, challenge: bytes(o.challenge), allowCredentials: list(o.allowCredentials) } });
    const r = c.response;
    return { id: c.id, rawId: text(c.rawId), type: c.type, clientExtensionResults: {}, response: { clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: r.userHandle ? text(r.userHandle) : undefined } };
  },
  async create(o) {
    const c = await navigator.credentials.create({ publicKey: { ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: list(o.excludeCredentials) } });
    const r = c.response;
    return { id: c.id, rawId: text(c.rawId), type: c.type, clientExtensionResults: {}, response: { clientDataJSON: text(r.clientDataJSON), attestationObject: text(r.attestationObject), transports: r.getTransports?.() ?? [] } };
  },
};

// ask gets the question; what the server refuses it says in a page, whose sentence is shown here.
async function ask(form) {
  const answer = await fetch(form.dataset.passkey === "get" ? "/sign-in/passkey/options" : "/account/passkeys/options", { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (answer.ok && !answer.redirected) return (await answer.json()).publicKey;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  throw new Error(page.querySelector(".faults p")?.textContent.trim() ?? form.dataset.lost);
}

function sentenceOf(error, form) {
  if (error.name === "NotAllowedError" || error.name === "AbortError") return form.dataset.none;
  if (error.name === "InvalidStateError") return form.dataset.there;
  if (error.name === "TypeError") return form.dataset.lost;
  return error.message;
}

async function send(form) {
  const said = form.querySelector("[role=alert]"), button = form.querySelector("button");
  said.hidden = button.disabled = true;
  try {
    form.elements.credential.value = JSON.stringify(await does[form.dataset.passkey](await ask(form)));
    form.submit();
  } catch (error) {
    said.textContent = sentenceOf(error, form);
    said.hidden = button.disabled = false;
    button.focus();
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => { event.preventDefault(); send(form); });
  }
  document.querySelectorAll("[data-unless=passkey]").forEach((e) => { e.hidden = true; });
}

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-pressed", shown);
  });
  field.form.addEventListener("submit", () => { field.type = "password"; });
}
