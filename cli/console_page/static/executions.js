// The page "Executions": search, filter, and a page of rows at a time.

import { saySpan } from "./days.js";
import { ask, find, make, number } from "./dom.js";
import { ago, duration, moment } from "./time.js";

const ROWS = 50;
const SOON = 250;
const FURTHER = 400; // milliseconds until the next ones are described
const WORDS = { RUNNING: "running", TIMED_OUT: "timed out", ABORTED: "aborted" };
const KINDS = { backfill: "Backfill", discovery: "Discovery" };
const NO_NEWS = ["NO_DATA", "ALREADY_LANDED", "CANCELLED_ELSEWHERE"];
let page = 0;
let turn = 0;
let timer = null;

export const outcomeOf = ({ status, outcome }) => WORDS[status] ?? outcome ?? status.toLowerCase();

/** Return how an outcome is coloured: green for news, grey for none. */
export function toneOf({ status, outcome }) {
  if (status !== "SUCCEEDED") return status === "RUNNING" ? "running" : "failed";
  return NO_NEWS.includes(outcome) ? "none" : "good";
}

/** Show the executions that an address asks for. */
export async function showList(query) {
  const form = find("search");
  for (const field of form.elements) if (field.name) field.type === "checkbox" ? field.checked = query.has(field.name) : field.value = query.get(field.name) ?? "";
  page = Number(query.get("page") ?? 0);
  await renewList();
}

/** Ask again: something has changed, or has been searched further. */
export async function renewList() {
  if (find("view-executions").hidden) return;
  clearTimeout(timer);
  const mine = ++turn;
  const query = wanted();
  find("within").hidden = !query.get("parent");
  find("within").replaceChildren("Started by ", make("a", { href: `#/execution/${encodeURIComponent(query.get("parent") ?? "")}` }, query.get("parent") ?? ""));
  try {
    const found = await (await ask(`executions?${query}&page=${page}`)).json();
    if (mine !== turn) return;
    tell(found);
    if (found.searched < found.listed || !found.complete) timer = setTimeout(renewList, FURTHER);
  } catch (error) {
    find("found").textContent = error.message;
  }
}

function wanted() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(find("search"))) if (value) query.set(name, value);
  return query;
}

function tell({ rows, total, searched, listed, complete }) {
  const items = rows.map(item);
  if (!items.length) items.push(make("li", { class: "empty" }, listed && searched < listed ? "None so far …" : "There is none like that."));
  replace(find("executions"), items);
  const first = page * ROWS + 1;
  const range = rows.length ? `${number(first)}–${number(first + rows.length - 1)} of ` : "";
  const so_far = searched < listed ? `, searched ${number(searched)} of ${number(listed)}` : complete ? "" : ", still being listed";
  find("found").textContent = `${range}${number(total)}${so_far}`;
  find("previous").disabled = !page;
  find("next").disabled = (page + 1) * ROWS >= total;
}

/** Put rows in place of others, and leave the focus where it was. */
export function replace(place, items) {
  const focused = place.contains(document.activeElement) ? document.activeElement.hash : null;
  place.replaceChildren(...items);
  if (focused) [...place.querySelectorAll("a")].find((link) => link.hash === focused)?.focus();
  tellAges();
}

/** Return an execution as a row. */
export function item(row) {
  const type = row.reportType || (row.reportType === null ? "…" : "no report type");
  const kind = KINDS[row.kind] ? make("span", { class: "chip" }, KINDS[row.kind]) : null;
  const found = row.finding ? make("span", { class: `chip ${row.finding}` }, row.finding === "error" ? "✕ error found" : "! warning") : null;
  return make("li", {}, make("a", { class: "execution", href: `#/execution/${encodeURIComponent(row.name)}` },
    make("span", { class: `pill ${toneOf(row)}`, title: outcomeOf(row) }, outcomeOf(row)),
    make("span", { class: "what" }, make("b", {}, type), kind, found),
    make("span", { class: "whose" }, [row.partner ?? row.sellingPartnerId, row.marketplaces.join(" ")].filter(Boolean).join(" · ")),
    make("span", { class: "window" }, saySpan(row.firstDay, row.lastDay)),
    make("time", { datetime: new Date(row.started * 1000).toISOString(), title: moment(row.started), "data-since": row.started }),
    make("span", { class: "took" }, row.stopped ? `took ${duration(row.stopped - row.started)}` : ""),
    make("span", { class: "name" }, row.name)));
}

/** Say how long ago each began. */
export function tellAges() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const words = ago(Number(time.dataset.since));
    if (time.textContent !== words) time.textContent = words;
  }
}

function go(to) {
  page = to;
  const query = wanted();
  if (page) query.set("page", page);
  history.replaceState(null, "", `#/executions${query.size ? `?${query}` : ""}`);
  clearTimeout(timer);
  timer = setTimeout(renewList, SOON);
}

find("search").addEventListener("input", () => go(0));
find("search").addEventListener("submit", (event) => event.preventDefault());
find("search").addEventListener("reset", () => setTimeout(() => { find("search").elements.parent.value = ""; go(0); }));
find("previous").addEventListener("click", () => go(page - 1));
find("next").addEventListener("click", () => go(page + 1));
