// The page "Grid": rows, zoom, filter, keyboard.

import { axis } from "./axis.js";
import { closeCell, openCell } from "./cell.js";
import { fromIso } from "./days.js";
import { ask, find, number } from "./dom.js";
import { listen, renew, want } from "./grid-data.js";
import { GridView, HEAD, ROW } from "./grid-view.js";

const SOON = 120; // milliseconds, while a person scrolls
const ROWS_AGAIN = 3000;
const RENEWED = 60_000;
let rows = [];
let view = null;
let waiting = null;
let active = null;

/** Show the grid; `target` is a cell to open: selling partner, type and day. */
export async function showGrid(target = null) {
  view ??= build();
  if (!rows.length) await readRows();
  if (!view.axis) arrange(true);
  if (target) openAt(target);
}

/** Something has changed. */
export const renewGrid = () => view && !find("view-grid").hidden && renew();

function build() {
  listen((key) => view.renew(key), say);
  const made = new GridView(find("grid"), (visible, first, last) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => want(visible, first, last), SOON);
  });
  find("grid").addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) open(cell);
  });
  find("grid").addEventListener("keydown", move);
  find("grid").addEventListener("focusin", (event) => { if (event.target.matches(".cell")) activate(event.target, false); });
  find("grid-filter").addEventListener("input", () => arrange(false));
  find("zoom").addEventListener("change", () => arrange(true));
  find("grid-today").addEventListener("click", () => view.reveal(view.axis.at(view.axis.today), null, 0.9));
  find("grid-date").addEventListener("change", (event) => {
    if (event.target.value) view.reveal(Math.max(0, Math.min(view.axis.count - 1, view.axis.at(fromIso(event.target.value)))));
  });
  setInterval(renewGrid, RENEWED);
  return made;
}

async function readRows() {
  try {
    const { rows: found, complete } = await (await ask("rows")).json();
    const changed = found.length !== rows.length;
    rows = found;
    if (changed && view.axis) arrange(false);
    say(rows.length || !complete ? "" : "Nothing is scheduled, and the ledger knows of no report yet. Start one, and its row shows up here.");
    if (!complete) setTimeout(readRows, ROWS_AGAIN);
  } catch (error) {
    say(error.message);
  }
}

/** Lay out the rows that the filter leaves, and go to today if the zoom has changed. */
function arrange(zoomed) {
  const zoom = find("zoom").querySelector(":checked").value;
  const day = view.axis && zoomed ? view.axis.first(Math.floor((find("grid").scrollLeft + find("grid").clientWidth / 2) / view.axis.width)) : null;
  const words = find("grid-filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = rows.filter((row) => {
    const text = `${row.name ?? ""} ${row.sellingPartnerId} ${row.reportType} ${row.marketplaces.join(" ")}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const items = [];
  let last = null;
  for (const row of kept) {
    if (row.sellingPartnerId !== last) items.push({ heading: { title: row.name ?? row.sellingPartnerId, id: row.sellingPartnerId } });
    last = row.sellingPartnerId;
    items.push({ row });
  }
  const partners = items.length - kept.length;
  find("grid-count").textContent = `${number(kept.length)} ${kept.length === 1 ? "row" : "rows"} of ${number(partners)} selling ${partners === 1 ? "partner" : "partners"}`;
  view.show(items, axis(zoom));
  const today = view.axis.at(view.axis.today);
  if (zoomed) view.reveal(day === null ? today : Math.min(view.axis.at(day), today), null, 0.9);
}

function open(cell) {
  activate(cell, true);
  const { index, column } = GridView.where(cell);
  const { row } = view.items[index];
  openCell(row, view.axis.first(column), view.axis.last(column), view.axis.say(column), () => view.cellAt(index, column)?.focus());
  bringIntoSight(index, column, 5); // which the panel has made smaller
}

function openAt({ partner, type, day }) {
  const index = view.items.findIndex(({ row }) => row && row.sellingPartnerId === partner && row.reportType === type);
  if (index < 0) return;
  const column = view.axis.at(fromIso(day));
  view.reveal(column, index, 0.6);
  const cell = view.cellAt(index, column);
  if (cell) open(cell);
}

/** Make a cell the one that the keyboard starts from. */
function activate(cell, focus) {
  active?.setAttribute("tabindex", "-1");
  active = cell;
  cell.setAttribute("tabindex", "0");
  if (focus) cell.focus({ preventScroll: true });
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageUp: [-15, 0], PageDown: [15, 0] };

function move(event) {
  const cell = event.target.closest(".cell");
  if (!cell) {
    if (event.target === find("grid") && event.key === "ArrowDown") enter(event);
    return;
  }
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(cell); return; }
  if (event.key === "Escape") { closeCell(); return; }
  const [rowsAway, columnsAway] = STEPS[event.key] ?? [];
  if (rowsAway === undefined) return;
  event.preventDefault();
  const at = GridView.where(cell);
  const column = Math.max(0, Math.min(view.axis.count - 1, at.column + columnsAway));
  let index = Math.max(0, Math.min(view.items.length - 1, at.index + rowsAway));
  while (view.items[index] && !view.items[index].row) index += rowsAway < 0 ? -1 : 1;
  if (!view.items[index]) return;
  bringIntoSight(index, column);
  const next = view.cellAt(index, column);
  if (next) activate(next, true);
}

function enter(event) {
  event.preventDefault();
  const index = view.items.findIndex(({ row }) => row);
  const cell = view.cellAt(index, view.axis.at(view.axis.today));
  if (cell) activate(cell, true);
}

/** Scroll to a cell as little as possible, with so many columns beside it. */
function bringIntoSight(index, column, beside = 0) {
  const place = find("grid");
  const [left, top] = [column * view.axis.width, index * ROW];
  const [width, height] = [place.clientWidth - view.labels, place.clientHeight - HEAD];
  if (left < place.scrollLeft) place.scrollLeft = left;
  const right = left + view.axis.width * (1 + beside);
  if (right > place.scrollLeft + width) place.scrollLeft = Math.min(left, right - width);
  if (top < place.scrollTop) place.scrollTop = top;
  if (top + ROW > place.scrollTop + height) place.scrollTop = top + ROW - height;
  view.draw();
}

function say(words) {
  const place = find("grid-empty");
  place.hidden = !words;
  place.textContent = words;
}

