// Small charts of the last days, in SVG: bars by the day, stacked where there are several series.

import { fromIso, parts, sayDay } from "./days.js";
import { make, number, size } from "./dom.js";
import { duration } from "./time.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, GAP] = [280, 72, 3];
const count = (value) => number(Math.round(value));
const dollars = (value) => `$${value < 1 ? value.toFixed(4) : value.toFixed(2)}`;

/** What is drawn: a title, how values are said, what stands beside the title, and the series from the bottom up. */
const CHARTS = [
  { title: "Executions", say: count, headline: total, series: [["landed", "good", ["Landed"]], ["no news", "none", ["AlreadyLanded", "NoData", "CancelledElsewhere"]], ["failed", "bad", ["Fatal", "Overdue", "Failed"]]] },
  { title: "Rows landed", say: count, headline: total, series: [["rows", "blue", ["Rows"]]] },
  { title: "Bytes landed", say: size, headline: total, series: [["bytes", "blue", ["Bytes"]]] },
  { title: "Time to land, on average", say: duration, headline: latest, series: [["average", "blue", ["secondsToLand"]]], also: ["longest", "longestToLand"] },
  { title: "Calls to SP-API", say: count, headline: total, series: [["createReport", "blue", ["createReport"]], ["getReport", "pale", ["getReport"]], ["others", "none", ["getReports", "getReportDocument", "createRestrictedDataToken", "cancelReport"]], ["throttled", "bad", ["Throttled"]]] },
  { title: "Waits for quota", say: count, headline: total, series: [["waits", "warn", ["waits"]]], also: ["longest", "longestWait", duration] },
  { title: "Findings in documents", say: count, headline: total, series: [["findings", "warn", ["Findings"]]] },
  { title: "Dollars, estimated", say: dollars, headline: total, series: [["dollars", "blue", ["dollars"]]] },
];

export function drawCharts(place, { days, series, reading }) {
  place.replaceChildren(...CHARTS.map((chart) => figure(chart, days, series, reading)));
}

function total(values) {
  return values.reduce((sum, value) => sum + (value ?? 0), 0);
}

function latest(values) {
  return values.findLast((value) => value !== null) ?? 0;
}

function figure(chart, days, all, reading) {
  const stacks = chart.series.map(([name, tone, metrics]) => ({ name, tone, values: days.map((_, day) => added(metrics.map((metric) => all[metric]?.[day] ?? null))) }));
  const totals = days.map((_, day) => added(stacks.map(({ values }) => values[day])));
  const caption = make("figcaption", {}, make("span", {}, chart.title));
  if (!totals.some(Boolean)) return make("figure", { class: "chart" }, caption, make("p", { class: "empty" }, reading ? "Reading the logs …" : "Nothing was counted."));
  caption.append(make("b", {}, chart.say(chart.headline(totals))));
  const used = stacks.filter(({ values }) => values.some(Boolean));
  const legend = used.length > 1 ? make("ul", { class: "tones" }, ...used.map(({ name, tone }) => make("li", { class: tone }, name))) : null;
  return make("figure", { class: "chart" }, caption, bars(chart, days, stacks, totals, all), axis(days), legend);
}

const added = (values) => (values.every((value) => value === null) ? null : values.reduce((sum, value) => sum + (value ?? 0), 0));

function bars(chart, days, stacks, totals, all) {
  const most = Math.max(...totals.map((value) => value ?? 0), Number.MIN_VALUE);
  const drawing = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${chart.title}, ${days.length} days: at most ${chart.say(most)} a day`, preserveAspectRatio: "none" });
  const wide = WIDTH / days.length;
  days.forEach((day, index) => {
    const group = element("g", {});
    const said = stacks.filter(({ values }) => values[index]).map(({ name, values }) => (stacks.length > 1 ? `${name} ${chart.say(values[index])}` : chart.say(values[index])));
    const [name, metric, say = chart.say] = chart.also ?? [];
    if (name && all[metric]?.[index]) said.push(`${name} ${say(all[metric][index])}`);
    group.append(Object.assign(element("title", {}), { textContent: `${sayDay(fromIso(day))}: ${said.join(", ") || "nothing"}` }));
    group.append(element("rect", { x: index * wide, y: 0, width: wide, height: HEIGHT, class: "hover" }));
    let top = HEIGHT;
    for (const { tone, values } of stacks) {
      if (!values[index]) continue;
      const high = Math.max(1.5, (values[index] / most) * (HEIGHT - 4));
      top -= high;
      group.append(element("rect", { x: index * wide + GAP / 2, y: top, width: wide - GAP, height: high, class: tone, rx: 1 }));
    }
    drawing.append(group);
  });
  return drawing;
}

function axis(days) {
  const said = (day) => `${parts(fromIso(day)).day} ${sayDay(fromIso(day)).split(" ")[2]}`;
  return make("p", { class: "ends", "aria-hidden": "true" }, make("span", {}, said(days[0])), make("span", {}, said(days.at(-1))));
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
