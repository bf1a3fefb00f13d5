"use strict";
// The tables are drawn anew at each change that the server tells, and what is new
// or other than before is marked.
const tables = document.querySelectorAll("tbody[data-kind]");
const none = document.querySelector("[data-none]");
const lost = document.querySelector("[data-lost]");
const unknown = document.querySelector("[data-unknown]");
const left = document.querySelector("[data-left]");
let before = null;

const nameOf = (entry) => [entry.kind, entry.lesson, entry.name].join("\n");

// As the page says it before any script has run.
function sumOf(now, kind) {
  const sum = now.bytes[kind];
  if (!now.unknown.includes(kind)) return sum;
  return sum === 0 ? "?" : "≥ " + sum;
}

function rowOf(entry, query) {
  const row = document.createElement("tr");
  if (before && before.get(nameOf(entry)) !== entry.value) row.className = "changed";
  for (const key of ["lesson", "name", "value", "bytes"]) {
    const cell = document.createElement("td");
    cell.className = key;
    if (key === "lesson") {
      const link = document.createElement("a");
      link.href = "/" + entry.lesson + "/" + query;
      link.textContent = entry.lesson;
      cell.append(link);
    } else if (key === "value") {
      for (const part of entry.value.split(/(?<=[,{])/)) {
        const span = document.createElement("span");
        span.textContent = part;
        cell.append(span, document.createElement("wbr"));
      }
    } else {
      cell.textContent = entry[key];
    }
    row.append(cell);
  }
  return row;
}

const events = new EventSource("/memory/events");
events.onopen = () => { lost.hidden = true; };
events.onerror = () => { lost.hidden = false; };
events.onmessage = (e) => {
  const now = JSON.parse(e.data);
  for (const table of tables) {
    const rows = now.entries.filter((entry) => entry.kind === table.dataset.kind);
    table.replaceChildren(...rows.map((entry) => rowOf(entry, table.dataset.query)));
    if (table.dataset.kind === "conversation") none.hidden = rows.length > 0;
  }
  for (const sum of document.querySelectorAll("[data-sum]")) sum.textContent = sumOf(now, sum.dataset.sum);
  unknown.hidden = now.unknown.length === 0;
  left.hidden = now.left_out === 0;
  left.querySelector("strong").textContent = now.left_out;
  before = new Map(now.entries.map((entry) => [nameOf(entry), entry.value]));
};
