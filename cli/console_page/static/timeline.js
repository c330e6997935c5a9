// The calls to SP-API along the time that the execution took.

import { find, make } from "./dom.js";
import { duration, now } from "./time.js";

const RARE = new Set(["createReport", "getReportDocument", "cancelReport", "getReports", "createRestrictedDataToken"]);

export function showTimeline(execution, calls) {
  const { started, stopped, steps } = execution;
  const length = Math.max((stopped ?? now()) - started, 1);
  const at = (time) => Math.min(100, Math.max(0, ((time - started) / length) * 100));
  const track = make("div", { class: "track", "aria-hidden": "true" });
  steps.forEach((step, index) => {
    const end = step.exited ?? (stopped ?? now());
    const bar = make("span", { class: `bar ${step.type.toLowerCase()} ${step.status}`, title: `${step.state}, ${duration(end - step.entered)}` });
    bar.style.left = `${at(step.entered)}%`;
    bar.style.width = `${at(end) - at(step.entered)}%`;
    track.append(bar);
    (calls[index] ?? []).forEach((call, nth, all) => {
      const dot = make("span", { class: `dot ${call.status !== null && call.status < 300 ? "good" : "bad"} ${RARE.has(call.operation) ? "rare" : ""}`, title: `${call.operation} ${call.status ?? "no answer"}` });
      dot.style.left = `${at(step.entered + ((end - step.entered) * (nth + 0.5)) / all.length)}%`;
      track.append(dot);
    });
  });
  const ends = make("p", { class: "ends", "aria-hidden": "true" }, make("span", {}, "0"), make("span", {}, duration(length)));
  find("timeline").replaceChildren(track, ends, summary(execution, calls));
}

function summary({ steps, stopped }, calls) {
  const counted = new Map();
  for (const { operation, status } of calls.flat()) {
    const said = `${operation} ${status ?? "no answer"}`;
    counted.set(said, (counted.get(said) ?? 0) + 1);
  }
  const waited = steps.filter((step) => step.type === "Wait").length;
  if (!counted.size) return make("p", { class: "none" }, stopped ? "None is in the functions' logs." : "None yet.");
  return make(
    "p",
    {},
    ...[...counted].map(([said, count]) => make("span", { class: `chip ${/ 2\d\d$/.test(said) ? "good" : "bad"}` }, count > 1 ? `${said} × ${count}` : said)),
    waited ? make("span", { class: "chip" }, `waited ${waited === 1 ? "once" : `${waited} times`}`) : null,
  );
}
