"use strict";
// The table is drawn anew at each change that the server tells.
const table = document.querySelector("tbody");
const sums = document.querySelectorAll("[data-sum]");
new EventSource("/memory/events").onmessage = (e) => {
  const now = JSON.parse(e.data);
  table.replaceChildren(...now.entries.map((entry) => {
    const row = document.createElement("tr");
    row.className = entry.kind;
    for (const key of ["kind", "name", "value", "bytes"]) {
      const cell = document.createElement("td");
      cell.className = key;
      cell.textContent = key === "kind" ? table.dataset[entry.kind] : entry[key];
      row.append(cell);
    }
    return row;
  }));
  for (const sum of sums) sum.textContent = now.bytes[sum.dataset.sum];
};
