// What is behind a cell of the grid: its windows, and the commands that get what is missing.

import { showContents } from "./contents.js";
import { copyable } from "./copy.js";
import { iso, saySpan } from "./days.js";
import { ask, find, make, number, size } from "./dom.js";
import { ago, duration, moment } from "./time.js";

let asked = 0;
let giveBackFocus = () => {};

export async function openCell(row, first, last, title, onClose) {
  const place = find("cell");
  const turn = ++asked;
  giveBackFocus = onClose;
  place.hidden = false;
  const close = make("button", { type: "button", class: "close", "aria-label": "Close" }, "✕");
  close.addEventListener("click", closeCell);
  const body = make("div", { class: "cell-body" }, make("p", { class: "faint" }, "Reading …"));
  place.replaceChildren(
    make("div", { class: "cell-head" }, make("div", {}, make("h3", { id: "cell-title" }, title), make("p", { class: "type" }, row.reportType), make("p", { class: "faint" }, [row.name, row.sellingPartnerId].filter(Boolean).join(" · "))), close),
    body,
  );
  const query = new URLSearchParams({ sellingPartnerId: row.sellingPartnerId, reportType: row.reportType, from: iso(first), to: iso(last) });
  try {
    const details = await (await ask(`windows?${query}`)).json();
    if (turn === asked) body.replaceChildren(...contents(details, row));
  } catch (error) {
    if (turn === asked) body.replaceChildren(make("p", { class: "note" }, error.message));
  }
}

export function closeCell() {
  if (find("cell").hidden) return;
  asked += 1;
  find("cell").hidden = true;
  giveBackFocus();
}

addEventListener("keydown", (event) => { if (event.key === "Escape" && find("cell").contains(document.activeElement)) closeCell(); });

function contents({ windows, more, missing }, row) {
  const parts = missing.map(lacking);
  parts.push(...windows.map((window) => describe(window, row, windows.length === 1)));
  if (more) parts.push(make("p", { class: "faint" }, `and ${number(more)} more: choose a shorter span`));
  return parts.length ? parts : [make("p", { class: "faint" }, "Nothing was asked for.")];
}

function lacking({ first, last, windows, commands }) {
  const these = commands.length === 1 ? "This command gets" : "These commands get";
  return make("section", { class: "lacking" },
    make("h4", {}, windows === 1 ? "A window is missing" : `${number(windows)} windows are missing`),
    make("p", {}, `${saySpan(first, last)}. ${these} ${windows === 1 ? "it" : "them"}:`),
    ...commands.map((command) => copyable(command, "What gets it")));
}

function describe(window, row, alone) {
  const letter = { landed: "L", "no data": "N", failed: "F", missing: "M", "in flight": "I", due: "D" }[window.kind];
  const head = make("h4", {}, make("i", { class: `cell ${letter}`, "aria-hidden": "true" }), window.kind, make("span", { class: "faint" }, window.marketplaces.join(" ")));
  return make("section", { class: "window" }, head, facts(window), findings(window.findings ?? []), links(window), window.key ? landed(window, row, alone) : null);
}

/** What a window's report has in it, asked for when somebody opens it: it costs a read of S3. */
function landed({ reportId }, { sellingPartnerId }, open) {
  const place = make("div", { class: "contents" }, make("p", { class: "faint" }, "Reading …"));
  const found = make("details", { open }, make("summary", {}, "Table and first rows"), place);
  found.addEventListener("toggle", () => { if (found.open) showContents(place, { sellingPartnerId, reportId }, `report ${reportId}`); }, { once: true });
  return found;
}

function facts(window) {
  const zoned = window.timeZone ? `${saySpan(window.first, window.last)}, ${window.timeZone}` : saySpan(window.first, window.last);
  const options = Object.entries(window.options ?? {}).map(([key, value]) => `${key}=${value}`).join(", ");
  const known = [
    ["Window", zoned],
    ["Options", options],
    ["Due", window.due && `${moment(window.due)}, ${ago(window.due)}`],
    ["Why", window.reason],
    ["Asks again", window.notBefore && window.status === "ASK_AGAIN" && moment(window.notBefore)],
    ["Rows", window.rows !== undefined && number(window.rows)],
    ["Size", window.bytes !== undefined && size(window.bytes)],
    ["Landed after", window.secondsToLand !== undefined && duration(window.secondsToLand)],
    ["Report", window.reportId],
    ["Versions before", window.earlier?.length && make("ul", {}, ...window.earlier.map((one) => make("li", {}, version(one))))],
    ["Restated", window.changed === false ? "no, the same bytes as before" : window.changed && "yes, other bytes than before"],
    ["Superseded", window.supersededBy && `by report ${window.supersededBy}`],
    ["Last change", window.updated && `${moment(window.updated)}, ${ago(window.updated)}`],
  ];
  return make("dl", {}, ...known.filter(([, value]) => value).flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, value)]));
}

/** Say what an earlier version was. */
function version({ reportId, landedAt, rows, bytes }) {
  const when = landedAt ? moment(Date.parse(landedAt) / 1000) : null;
  return [`report ${reportId}`, rows === null ? null : `${number(rows)} rows`, bytes === null ? null : size(bytes), when].filter(Boolean).join(", ");
}

const findings = (found) => found.length
  ? make("ul", { class: "findings" }, ...found.map(({ code, severity, sentence }) => make("li", { class: severity }, make("b", {}, code), ` ${sentence}`)))
  : null;

function links({ key, bucket, execution, compare }) {
  return make("div", {},
    key ? copyable(`s3://${bucket}/${key}`, "Address of the file") : null,
    compare ? copyable(compare, "Compare with the version before") : null,
    execution ? make("p", {}, make("a", { href: `#/execution/${encodeURIComponent(execution)}` }, "Open its execution")) : null);
}
