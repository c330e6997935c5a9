// The selected execution: how it ended, its steps, what it landed.

import { duration, find, make, moment, now, pretty } from "./dom.js";
import { outcomeOf } from "./executions.js";
import { colour } from "./graph.js";
import { clearLanded, showLanded } from "./landed.js";
import { position, setSteps, stopReplay } from "./replay.js";
import { clearSteps, openStep, showSteps } from "./steps.js";
import { showTimeline } from "./timeline.js";

let execution = null;
let calls = [];

export function clear() {
  execution = null;
  calls = [];
  stopReplay();
  find("details").hidden = true;
  find("headline").replaceChildren();
  find("selected").dataset.status = "";
  clearSteps();
  clearLanded();
  paint();
}

export function showExecution(seen) {
  execution = seen;
  find("details").hidden = false;
  find("selected").dataset.status = seen.status;
  find("input").textContent = pretty(seen.input);
  find("output").textContent = pretty(seen.output);
  find("output-section").hidden = seen.status !== "SUCCEEDED";
  find("partner").textContent = seen.input?.sellingPartnerId ?? "nobody";
  find("headline").replaceChildren(...headline(seen));
  setSteps(seen.steps, paint);
  paint();
  showTime();
  showSteps(seen, calls);
  showTimeline(seen, calls);
  showLanded(seen);
}

export function showCalls(some) {
  calls = some;
  if (!execution) return;
  showSteps(execution, calls);
  showTimeline(execution, calls);
}

/** Say how long it has been running. */
export function showTime() {
  const place = find("took");
  if (!place || !execution) return;
  const { started, stopped } = execution;
  place.textContent = stopped ? `took ${duration(stopped - started)}` : `for ${duration(now() - started)}`;
}

function paint() {
  const steps = execution?.steps ?? [];
  const at = position(steps);
  const replayed = at < steps.length;
  const seen = steps.slice(0, at).map((step, index) => (replayed && index === at - 1 ? { ...step, status: "current" } : step));
  colour(seen, (state) => openStep(execution, state));
}

function headline(seen) {
  const outcome = seen.output?.outcome ?? seen.error;
  const ended = outcomeOf({ status: seen.status, outcome });
  const reason = seen.cause ?? seen.output?.reason;
  return [
    make("h2", {}, seen.name),
    make(
      "p",
      { class: "when" },
      make("span", { class: `pill ${seen.status.toLowerCase()}` }, ended),
      make("span", {}, `began ${moment(seen.started)}`),
      make("span", { id: "took" }),
    ),
    reason ? make("blockquote", { class: seen.status.toLowerCase(), "aria-label": "Cause" }, reason) : null,
  ].filter(Boolean);
}
