// The list of executions.

import { duration, find, make, moment, now } from "./dom.js";

const WORDS = { RUNNING: "running", TIMED_OUT: "timed out", ABORTED: "aborted" };

export const outcomeOf = ({ status, outcome }) => WORDS[status] ?? outcome ?? status.toLowerCase();

let shown = "";

export function showExecutions(rows, selected) {
  const now = JSON.stringify([rows, selected]);
  if (now === shown) return;
  shown = now;
  find("count").textContent = rows.length || "";
  const focused = document.activeElement?.closest?.("#executions a")?.hash;
  const items = rows.map((row) => make("li", {}, item(row, row.arn === selected)));
  if (!items.length) items.push(make("li", { class: "empty" }, "None yet. Start one, and it shows up here."));
  find("executions").replaceChildren(...items);
  if (focused) [...find("executions").querySelectorAll("a")].find((link) => link.hash === focused)?.focus();
  tellAges();
}

function item(row, current) {
  return make(
    "a",
    { href: `#${encodeURIComponent(row.name)}`, "aria-current": current && "true" },
    make("span", { class: "name" }, row.name),
    make("span", { class: `pill ${row.status.toLowerCase()}` }, outcomeOf(row)),
    make("span", { class: "type" }, row.reportType ?? "…"),
    make("span", { class: "partner" }, [row.sellingPartnerId, row.days].filter(Boolean).join(", ")),
    make("time", { datetime: new Date(row.started * 1000).toISOString(), title: moment(row.started), "data-since": row.started }),
  );
}

/** Say how long ago each execution began. */
export function tellAges() {
  for (const time of find("executions").querySelectorAll("time")) {
    const age = now() - Number(time.dataset.since);
    time.textContent = age < 1 ? "just now" : `${duration(age)} ago`;
  }
}
