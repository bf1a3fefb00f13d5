"use strict";
// What a cookie would do by itself, this script does: keep the tokens, send one
// along, renew it, throw them away. It has no key.
const at = (id) => document.getElementById(id);
const kept = () => JSON.parse(localStorage.getItem("tokens") || "null");
let copy = null; // what somebody else has copied, in this page's memory

const decode = (part) => new TextDecoder().decode(
  Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)));
const encode = (text) => btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function keep(tokens) {
  if (tokens) localStorage.setItem("tokens", JSON.stringify(tokens));
  else localStorage.removeItem("tokens");
  show();
}

// shorten leaves out most of the tokens in an answer: they stand on the page.
const shorten = (text) => text.trim().replaceAll(/"([\w-]{12})[\w.-]{28,}"/g, '"$1…"');

// told puts a request and its answer before the others.
function told(request, answer) {
  const both = document.createElement("tbody");
  for (const [kind, words] of [["th", request], ["td", answer]]) {
    const cell = document.createElement(kind);
    cell.textContent = words || "–";
    if (kind === "td") cell.className = "value";
    both.insertRow().append(cell);
  }
  at("log").prepend(both);
}

async function ask(method, path, { token, send } = {}) {
  const r = await fetch(path, {
    method, headers: {
      ...(token && { Authorization: "Bearer " + token }), ...(send && { "Content-Type": "application/json" }), Accept: "application/json",
    }, body: send && JSON.stringify(send),
  });
  const text = await r.text();
  told(`${method} ${path} → ${r.status}`, r.headers.get("WWW-Authenticate") || shorten(text));
  at("said").hidden = false;
  return r.ok ? { ok: true, ...(text && JSON.parse(text)) } : { ok: false };
}

function take(answer) {
  if (!answer.ok) return;
  keep({ access: answer.access_token, refresh: answer.refresh_token, before: kept()?.refresh, until: Date.now() + answer.expires_in * 1000 });
}

const acts = {
  profile: () => ask("GET", "/token/profile", { token: kept().access }),
  tamper: () => {
    const [header, claims, signature] = kept().access.split(".");
    const other = { ...JSON.parse(decode(claims)), sub: "alex" };
    return ask("GET", "/token/profile", { token: [header, encode(JSON.stringify(other)), signature].join(".") });
  },
  refresh: async () => take(await ask("POST", "/token/refresh", { send: { refresh_token: kept().refresh } })),
  reuse: () => ask("POST", "/token/refresh", { send: { refresh_token: kept().before } }),
  logout: async () => {
    copy = kept();
    await ask("POST", "/token/logout", { send: { refresh_token: copy.refresh } });
    keep(null);
  },
  deny: async () => {
    await ask("POST", "/token/revoke", { send: { token: kept().access } });
    await acts.logout();
  },
  access: () => ask("GET", "/token/profile", { token: copy.access }),
  copied: () => ask("POST", "/token/refresh", { send: { refresh_token: copy.refresh } }),
};

function show() {
  const tokens = kept();
  at("in").hidden = !tokens;
  at("out").hidden = Boolean(tokens);
  at("copy").hidden = Boolean(tokens) || !copy;
  tick();
  if (!tokens) return;
  const [header, claims, signature] = tokens.access.split(".");
  at("raw").textContent = tokens.access;
  at("header").textContent = decode(header);
  at("claims").textContent = JSON.stringify(JSON.parse(decode(claims)), null, 2);
  at("signature").textContent = signature;
  at("refresh").textContent = tokens.refresh;
  at("bytes").textContent = tokens.access.length + tokens.refresh.length;
  document.querySelector("[data-act=reuse]").disabled = !tokens.before;
}

function tick() {
  const until = (kept() || copy)?.until;
  for (const left of document.querySelectorAll(".left")) {
    left.textContent = until > Date.now() ? Math.ceil((until - Date.now()) / 1000) + " s" : left.dataset.over;
  }
}

at("login").addEventListener("submit", async (e) => {
  e.preventDefault();
  const form = new FormData(e.target);
  take(await ask("POST", "/token/login", { send: Object.fromEntries(form) }));
});
for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await acts[button.dataset.act]();
    } finally {
      button.disabled = false;
      show();
    }
  });
}
addEventListener("storage", show); // another tab has logged in or out
setInterval(tick, 1000);
show();
