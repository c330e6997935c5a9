// The history: a row for each stay in a state; what went in and came out on demand.

import { find, make, pretty } from "./dom.js";
import { duration, moment } from "./time.js";

const SAID = { current: "now", done: "", caught: "caught", failed: "failed" };
let rows = [];

export function clearSteps() {
  rows = [];
  find("steps").tBodies[0].replaceChildren();
}

/** Add the rows that are new, and renew those that have changed. */
export function showSteps(execution, calls) {
  const body = find("steps").tBodies[0];
  execution.steps.forEach((step, index) => {
    const said = JSON.stringify([step, calls[index]]);
    if (rows[index]?.said === said) return;
    const row = describe(execution, step, index, calls[index] ?? []);
    if (rows[index]) rows[index].row.replaceWith(row);
    else body.append(row);
    rows[index] = { said, row };
  });
}

/** Open the last step in a state, and bring it into sight. */
export function openStep(execution, state) {
  const index = execution.steps.findLastIndex((step) => step.state === state);
  const button = rows[index]?.row.querySelector("button");
  if (!button) return;
  if (button.getAttribute("aria-expanded") !== "true") button.click();
  button.focus({ preventScroll: true });
  rows[index].row.scrollIntoView({ block: "center", behavior: "smooth" });
}

function describe(execution, step, index, calls) {
  const button = make("button", { type: "button", "aria-expanded": "false", "aria-label": `Data of step ${index + 1}, ${step.state}` }, "{ }");
  const row = make(
    "tr",
    { class: step.status },
    make("td", {}, String(index + 1)),
    make("th", { scope: "row" }, step.state, SAID[step.status] ? make("span", { class: "status" }, SAID[step.status]) : null),
    make("td", { title: moment(step.entered) }, duration(step.entered - execution.started)),
    make("td", {}, step.exited === null ? "" : duration(step.exited - step.entered)),
    make("td", {}, ...calls.map(chip), ...step.faults.map((fault) => make("span", { class: "chip bad" }, fault.error))),
    make("td", {}, button),
  );
  button.addEventListener("click", () => toggle(execution, row, button, index));
  return row;
}

function chip(call) {
  const good = call.status !== null && call.status < 300;
  return make(
    "span",
    { class: `chip ${good ? "good" : "bad"}`, title: `${call.seconds} seconds` },
    `${call.operation} ${call.status ?? "no answer"}`,
  );
}

async function toggle(execution, row, button, index) {
  const opened = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!opened));
  if (opened) return row.nextElementSibling?.remove();
  const cell = make("td", { colspan: 6 }, "…");
  row.after(make("tr", { class: "data" }, cell));
  const answer = await fetch(`steps/${index}?execution=${encodeURIComponent(execution.arn)}`);
  if (!answer.ok) return cell.replaceChildren("It could not be read.");
  const { input, output } = await answer.json();
  cell.replaceChildren(...[["Input", input], ["Output", output]].map(([name, value]) =>
    make("figure", {}, make("figcaption", {}, name), make("pre", { tabindex: "0", role: "region", "aria-label": `${name} of step ${index + 1}` }, pretty(value)))));
}
