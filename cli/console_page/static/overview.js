// The page "Overview": today, what needs somebody, what is due next, and the last two weeks.

import { drawCharts } from "./charts.js";
import { saySpan } from "./days.js";
import { ask, find, make, number } from "./dom.js";
import { ago, moment, shortMoment } from "./time.js";

const TILES = [["landed", "L", "landed"], ["no data", "N", "no data"], ["in flight", "I", "in flight"], ["due", "D", "due later today"], ["failed", "F", "failed"], ["missing", "M", "missing"]];
const AGAIN = 1000;
let counting = null;
let reading = null;

export async function showOverview() {
  await Promise.all([today(), charts()]);
}

export const renewOverview = () => { if (!find("view-overview").hidden) showOverview(); };

async function charts() {
  clearTimeout(reading);
  const said = await ask("daily").then((answer) => answer.json(), (error) => ({ trouble: error.message }));
  if (said.trouble) { find("charts").replaceChildren(make("p", { class: "note" }, said.trouble)); return; }
  drawCharts(find("charts"), said);
  if (said.reading && !find("view-overview").hidden) reading = setTimeout(charts, AGAIN);
}

async function today() {
  clearTimeout(counting);
  const said = await ask("overview").then((answer) => answer.json(), (error) => ({ at: 0, trouble: error.message }));
  if (said.at === null) {
    find("overview-at").textContent = "Counting …";
    counting = setTimeout(today, AGAIN);
    return;
  }
  find("overview-at").textContent = said.at ? `as of ${moment(said.at)}` : "";
  if (said.trouble) find("overview").replaceChildren(make("p", { class: "note" }, said.trouble));
  else if (!said.scheduled) find("overview").replaceChildren(make("p", { class: "note" }, "reports.toml schedules nothing, so nothing is due. The grid and the executions show what was started otherwise."));
  else find("overview").replaceChildren(tiles(said), make("div", { class: "pair" }, make("div", { class: "stack" }, problems(said), quotas(said.quotas)), nextDue(said.next)));
}

function tiles({ today: counts, total }) {
  const tile = (value, words, letter) => make("li", { class: `tile${letter && value ? ` has-${letter}` : ""}` }, make("b", {}, number(value)), make("span", {}, letter ? make("i", { class: `cell ${letter}`, "aria-hidden": "true" }) : null, words));
  return make("ul", { class: "tiles" }, tile(total, total === 1 ? "window today" : "windows today"), ...TILES.map(([kind, letter, words]) => tile(counts[kind], words, letter)));
}

function problems({ problems: all, moreProblems }) {
  const rows = all.map((one) => make("li", {}, make("a", { href: `#/grid/${[one.sellingPartnerId, one.reportType, one.first].map(encodeURIComponent).join("/")}` },
    make("i", { class: `cell ${one.kind === "failed" ? "F" : "M"}`, "aria-hidden": "true" }),
    make("span", {}, make("b", {}, one.reportType), make("small", {}, `${one.kind} · ${[one.name, one.marketplaces.join(" "), saySpan(one.first, one.last)].join(" · ")}`), one.reason ? make("small", { class: "reason" }, one.reason) : null))));
  if (moreProblems) rows.push(make("li", { class: "empty" }, `and ${number(moreProblems)} more: \`reportflow gaps\` lists them all`));
  return make("section", { "aria-labelledby": "problems-title" }, make("h3", { id: "problems-title" }, "Failed or missing since yesterday"), rows.length ? make("ol", { class: "rows-list" }, ...rows) : make("p", { class: "empty" }, "Nothing."));
}

function nextDue(next) {
  const rows = next.map(({ at, reportType, sellingPartners, count }) => make("tr", {}, make("td", { title: moment(at) }, shortMoment(at)), make("td", { class: "faint" }, ago(at)), make("td", {}, make("b", {}, reportType), make("small", {}, count > sellingPartners.length ? `${number(count)} selling partners` : sellingPartners.join(", ")))));
  return make("section", { "aria-labelledby": "next-title" }, make("h3", { id: "next-title" }, "Next due"), rows.length ? make("table", { class: "next" }, make("tbody", {}, ...rows)) : make("p", { class: "empty" }, "Nothing in the next eight days."));
}

function quotas(all) {
  const rows = all.map(({ sellingPartner, scope, share }) => {
    const percent = share >= 0.1 ? Math.round(share * 100) : (share * 100).toFixed(1);
    const bar = make("div", { class: `meter${share > 0.5 ? " low" : ""}`, role: "meter", "aria-label": `${scope} of ${sellingPartner}`, "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": percent }, make("span"));
    bar.firstChild.style.width = `${Math.min(100, share * 100)}%`;
    return make("li", {}, make("span", { class: "scope" }, scope.replaceAll("#", " · ")), make("small", {}, `${sellingPartner}, ${percent} %`), bar);
  });
  return make("section", { "aria-labelledby": "quota-title" }, make("h3", { id: "quota-title" }, "Quotas that the schedules use most"), rows.length ? make("ul", { class: "quota-list" }, ...rows) : make("p", { class: "empty" }, "None."));
}
