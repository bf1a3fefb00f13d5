"use strict";
// The page's part of the chat. What others have said is text, never markup.
const chat = document.getElementById("chat");
const log = document.getElementById("log");
const state = document.getElementById("state");
const text = document.getElementById("text");
const mostLines = 200;

const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/websocket/chat?room=" + encodeURIComponent(chat.dataset.room));
const add = (line, kind) => {
  const item = document.createElement("li");
  item.className = kind;
  item.textContent = line;
  log.append(item);
  while (log.children.length > mostLines) log.firstChild.remove();
  log.scrollTop = log.scrollHeight;
};

socket.onopen = () => { state.textContent = chat.dataset.open; };
socket.onmessage = (e) => {
  const said = JSON.parse(e.data);
  if (said.type === "message") add(said.from + ": " + said.text, "message");
  else add(said.from + " · " + chat.dataset[said.type], said.type);
};
socket.onclose = (e) => {
  state.textContent = chat.dataset.closed + " " + e.code + (e.reason ? " (" + e.reason + ")" : "");
  text.disabled = true;
};
document.getElementById("say").onsubmit = (e) => {
  e.preventDefault();
  if (new TextEncoder().encode(text.value).length > Number(chat.dataset.most)) {
    state.textContent = chat.dataset.long;
    return;
  }
  socket.send(text.value);
  text.value = "";
};
