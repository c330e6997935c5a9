// The page of one execution: how it ended, what to do, what it landed, its way through the graph.

import { saySpan } from "./days.js";
import { find, make, pretty } from "./dom.js";
import { clearAdvice, showAdvice } from "./advice.js";
import { outcomeOf, toneOf } from "./executions.js";
import { showChildren } from "./children.js";
import { colour } from "./graph.js";
import { clearLanded, showLanded } from "./landed.js";
import { position, setSteps, stopReplay } from "./replay.js";
import { clearSteps, openStep, showSteps } from "./steps.js";
import { duration, moment, now } from "./time.js";
import { showTimeline } from "./timeline.js";

const KINDS = { report: "Report", backfill: "Backfill", discovery: "Discovery" };
let execution = null;
let calls = [];

/** Show nothing of the execution before, but the name of the next, and why there is none if that is so. */
export function clear(name, why = "Reading …") {
  execution = null;
  calls = [];
  stopReplay();
  for (const id of ["details", "more", "graph-section"]) find(id).hidden = true;
  find("headline").replaceChildren(make("h2", {}, name), make("p", { class: "faint" }, why));
  find("view-execution").dataset.status = "";
  clearSteps();
  clearLanded();
  clearAdvice();
}

export function showExecution(seen) {
  const first = execution === null;
  execution = seen;
  for (const id of ["details", "more"]) find(id).hidden = false;
  // The graph is the report machine's, and so are the functions whose calls are known.
  for (const id of ["graph-section", "calls-and-quotas"]) find(id).hidden = seen.kind !== "report";
  // What has ended well without a report needs no words.
  find("advice-section").hidden = seen.kind !== "report" && seen.status === "SUCCEEDED";
  find("view-execution").dataset.status = seen.status;
  find("input").textContent = pretty(seen.input);
  find("output").textContent = pretty(seen.output);
  find("output-section").hidden = seen.status !== "SUCCEEDED";
  find("partner").textContent = seen.input?.sellingPartnerId ?? "nobody";
  find("headline").replaceChildren(...headline(seen));
  setSteps(seen.steps, paint);
  paint(first);
  showTime();
  showSteps(seen, calls);
  showTimeline(seen, calls);
  showLanded(seen);
  showAdvice(seen);
  showChildren(seen);
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
  const words = stopped ? `took ${duration(stopped - started)}` : `for ${duration(now() - started)}`;
  if (place.textContent !== words) place.textContent = words;
}

function paint(first = false) {
  const steps = execution?.steps ?? [];
  const at = position(steps);
  const replayed = at < steps.length;
  const seen = steps.slice(0, at).map((step, index) => (replayed && index === at - 1 ? { ...step, status: "current" } : step));
  colour(seen, (state) => openStep(execution, state), first === true);
}

function headline(seen) {
  const row = seen.row ?? {};
  const outcome = seen.output?.outcome ?? seen.error;
  const ended = { status: seen.status, outcome };
  const reason = seen.cause ?? seen.output?.reason;
  const whose = [seen.partner, row.sellingPartnerId, row.marketplaces?.join(" "), saySpan(row.firstDay, row.lastDay)].filter(Boolean);
  return [
    make("p", { class: "crumbs" }, make("a", { href: "#/executions" }, "Executions"), seen.parent ? [" › ", make("a", { href: `#/execution/${encodeURIComponent(seen.parent)}` }, "started by " + seen.parent)] : null),
    make("div", { class: "title" }, make("span", { class: `pill ${toneOf(ended)}` }, outcomeOf(ended)), make("h2", {}, row.reportType || KINDS[seen.kind])),
    make("p", { class: "whose" }, [seen.kind === "report" ? null : KINDS[seen.kind], ...whose].filter(Boolean).join(" · ")),
    make("p", { class: "when" }, make("span", {}, `began ${moment(seen.started)}`), make("span", { id: "took" }), ...seen.links.map(({ label, url }) => make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, `${label} ↗`))),
    make("p", { class: "name" }, seen.name),
    reason ? make("blockquote", { class: toneOf(ended), "aria-label": "Cause" }, reason) : null,
  ].filter(Boolean);
}
