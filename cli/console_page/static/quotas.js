// The quota buckets: how many calls each has left, filling up again as time passes.

import { find, make } from "./dom.js";
import { duration, now } from "./time.js";

let buckets = [];

export function showQuotas(all) {
  buckets = all;
  const items = all.map(({ scope }) => {
    const [operation, type, limit] = scope.split("#");
    const name = [operation, type, limit?.replace(/(\d+)per(\d+)/, (_, count, seconds) => `${count} in ${duration(Number(seconds))}`)];
    return make("li", {}, make("span", { class: "scope" }, name.filter(Boolean).join(" · ")), meter(scope), make("span", { class: "level" }));
  });
  if (!items.length) items.push(make("li", { class: "empty" }, "No call has been made yet."));
  find("quotas").replaceChildren(...items);
  tellLevels();
}

const meter = (scope) => make("div", { class: "meter", role: "meter", "aria-label": scope, "aria-valuemin": "0" }, make("span"));

/** Fill the buckets to what they hold now. */
export function tellLevels() {
  const items = find("quotas").querySelectorAll("li:not(.empty)");
  buckets.forEach((bucket, index) => tell(items[index], bucket, now() * 1000));
}

function tell(item, { intervalMs, burst, theoreticalArrivalMs: arrivalMs, queuedUntilMs, refusals }, time) {
  const open = intervalMs ? burst - Math.max(0, arrivalMs - time) / intervalMs : arrivalMs <= time ? burst : 0;
  const level = Math.min(burst, Math.max(0, open));
  const waiting = intervalMs ? Math.ceil(Math.max(0, queuedUntilMs - Math.max(arrivalMs, time)) / intervalMs) : 0;
  const bar = item.querySelector(".meter");
  bar.setAttribute("aria-valuemax", burst);
  bar.setAttribute("aria-valuenow", level.toFixed(1));
  bar.firstChild.style.width = `${(level / burst) * 100}%`;
  bar.classList.toggle("low", level < 1);
  item.querySelector(".level").textContent = [
    intervalMs || level ? `${Math.floor(level)} of ${burst}` : "",
    level < 1 ? `next in ${duration((arrivalMs - (burst - 1) * intervalMs - time) / 1000)}` : "",
    intervalMs ? `one each ${duration(intervalMs / 1000)}` : "",
    waiting ? `${waiting} waiting` : "",
    refusals ? `refused ${["once", "twice"][refusals - 1] ?? `${refusals} times`}` : "",
  ].filter(Boolean).join(", ");
}
