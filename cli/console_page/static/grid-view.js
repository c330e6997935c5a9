// The grid's elements: only the rows and columns in sight are there, whatever the number of all.

import { make } from "./dom.js";
import { keyOf, look } from "./grid-data.js";

export const ROW = 26;
export const HEAD = 46;
const CHUNK = 16; // columns that come and go together
const OVERSCAN = 4; // rows
const WORDS = { "": "not read yet", ".": "nothing asked for", N: "no data", L: "landed", D: "due", I: "in flight", M: "missing", F: "failed" };
const FOUND = { " ": "", w: ", with a warning", e: ", with an error found" };

const CELL = make("div", { role: "gridcell", tabindex: "-1" });

/** The window on items (rows, and headings of selling partners) and the columns of an axis. */
export class GridView {
  constructor(place, onSight) {
    this.place = place;
    this.onSight = onSight;
    this.rows = new Map(); // index → { element, chunks }
    this.items = [];
    this.canvas = make("div", { class: "canvas", role: "presentation" });
    this.head = make("div", { class: "grid-head", role: "row", "aria-rowindex": "1" });
    this.corner = make("div", { class: "corner", role: "columnheader", "aria-colindex": "1" });
    this.canvas.append(this.head);
    place.replaceChildren(this.canvas);
    place.addEventListener("scroll", () => this.soon(), { passive: true });
    for (const pointed of ["pointerover", "focusin"]) place.addEventListener(pointed, ({ target }) => { if (target.matches(".cell")) this.tell(target); });
    new ResizeObserver(() => this.soon()).observe(place);
  }

  /** Show these items along this axis. */
  show(items, axis) {
    this.items = items;
    this.axis = axis;
    this.today = axis.at(axis.today);
    this.labels = parseFloat(getComputedStyle(this.place).getPropertyValue("--labels"));
    this.place.setAttribute("aria-rowcount", items.length + 1);
    this.place.setAttribute("aria-colcount", axis.count + 1);
    this.place.dataset.zoom = axis.zoom;
    this.place.style.setProperty("--column", `${axis.width}px`);
    this.canvas.style.width = `${this.labels + axis.count * axis.width}px`;
    this.canvas.style.height = `${HEAD + items.length * ROW + 4}px`;
    for (const { element } of this.rows.values()) element.remove();
    this.rows.clear();
    this.headChunks = new Map();
    this.blank = new Map(); // chunk → its cells without colours
    this.head.replaceChildren(this.corner);
    this.draw();
  }

  /** Bring a column, and a row if one is given, into sight; the column as far to the right as `part` of the width. */
  reveal(column, row = null, part = 0.5) {
    const width = this.place.clientWidth - this.labels;
    this.place.scrollLeft = Math.max(0, (column + 1) * this.axis.width - width * part);
    if (row !== null) this.place.scrollTop = Math.max(0, row * ROW - (this.place.clientHeight - HEAD) / 2);
    this.draw();
  }

  soon() {
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); });
  }

  draw() {
    if (!this.axis || !this.place.clientWidth) return;
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.place;
    const top = Math.floor(scrollTop / ROW);
    const from = Math.max(0, top - OVERSCAN);
    const to = Math.min(this.items.length - 1, Math.ceil((scrollTop + clientHeight - HEAD) / ROW) + OVERSCAN);
    const left = Math.floor(scrollLeft / this.axis.width / CHUNK);
    const right = Math.floor(Math.min(this.axis.count - 1, (scrollLeft + clientWidth - this.labels) / this.axis.width) / CHUNK);
    this.corner.textContent = this.partnerAt(top);
    chunks(this.headChunks, left, right, (chunk) => this.headings(chunk), this.head);
    for (const [index, { element }] of this.rows) if (index < from || index > to) { element.remove(); this.rows.delete(index); }
    for (let index = from; index <= to; index += 1) {
      if (!this.rows.has(index)) this.rows.set(index, this.row(index));
      const row = this.rows.get(index);
      if (this.items[index].row) chunks(row.chunks, left, right, (chunk) => this.cells(this.items[index].row, chunk), row.element);
    }
    const visible = this.items.slice(from, to + 1).map((item) => item.row).filter(Boolean);
    this.onSight(visible, this.axis.first(left * CHUNK), this.axis.last(Math.min(this.axis.count - 1, (right + 1) * CHUNK - 1)));
  }

  /** Colour a row again. */
  renew(key) {
    for (const [index, { element }] of this.rows) {
      const { row } = this.items[index];
      if (row && keyOf(row) === key) for (const cell of element.querySelectorAll(".cell")) this.colour(cell, row);
    }
  }

  /** Return where a cell is: its item's index and its column. */
  static where(cell) {
    return { index: Number(cell.closest("[data-index]").dataset.index), column: Number(cell.dataset.column) };
  }

  /** Return the cell there, if it is drawn. */
  cellAt(index, column) {
    return this.rows.get(index)?.element.querySelector(`[data-column="${column}"]`);
  }

  partnerAt(top) {
    const item = this.items[Math.min(top, this.items.length - 1)];
    return item ? item.heading?.title ?? item.row.name ?? item.row.sellingPartnerId : "";
  }

  row(index) {
    const item = this.items[index];
    const element = make("div", { class: item.row ? "grid-row" : "grid-row partner", role: "row", "aria-rowindex": index + 2, "data-index": index });
    element.style.top = `${HEAD + index * ROW}px`;
    element.append(item.row ? label(item.row) : heading(item.heading));
    this.canvas.append(element);
    return { element, chunks: new Map() };
  }

  cells(row, chunk) {
    if (!this.blank.has(chunk)) this.blank.set(chunk, this.blankCells(chunk));
    const group = this.blank.get(chunk).cloneNode(true);
    for (const cell of group.children) this.colour(cell, row);
    return group;
  }

  /** Return the cells that all rows have copies of: to copy many at once is quicker than to make each. */
  blankCells(chunk) {
    const group = make("div", { class: "chunk", role: "presentation" });
    for (let column = chunk * CHUNK; column < Math.min(this.axis.count, (chunk + 1) * CHUNK); column += 1) {
      const cell = CELL.cloneNode();
      cell.ariaColIndex = column + 2;
      cell.dataset.column = column;
      cell.style.left = `${this.labels + column * this.axis.width}px`;
      group.append(cell);
    }
    return group;
  }

  colour(cell, row) {
    const column = Number(cell.dataset.column);
    const [letter, mark] = look(row, this.axis.first(column), this.axis.last(column));
    const now = this.today === column ? " now" : "";
    const classes = `cell ${letter === "." ? "nothing" : letter || "unread"} ${mark}${now}`;
    if (cell.className === classes) return;
    cell.className = classes;
  }

  /** Say what a cell is, to whoever points at it or reads it: to say it of each beforehand takes too long. */
  tell(cell) {
    const { index, column } = GridView.where(cell);
    const [letter, mark] = look(this.items[index].row, this.axis.first(column), this.axis.last(column));
    cell.title = `${this.axis.say(column)}: ${WORDS[letter]}${FOUND[mark]}`;
    cell.setAttribute("aria-label", cell.title);
  }

  headings(chunk) {
    const group = make("div", { class: "chunk", role: "presentation" });
    for (let column = chunk * CHUNK; column < Math.min(this.axis.count, (chunk + 1) * CHUNK); column += 1) {
      const first = column === 0 || this.axis.group(column) !== this.axis.group(column - 1);
      const now = this.today === column ? " now" : "";
      const above = first ? make("b", {}, this.axis.group(column)) : null;
      const at = make("div", { role: "columnheader", "aria-colindex": column + 2, class: `column${now}${first ? " first" : ""}` }, above, make("span", {}, this.axis.label(column)));
      at.style.left = `${this.labels + column * this.axis.width}px`;
      group.append(at);
    }
    return group;
  }
}

/** Keep the chunks in sight, make those that have come into it, and remove the others. */
function chunks(drawn, left, right, draw, into) {
  for (const [chunk, element] of drawn) if (chunk < left || chunk > right) { element.remove(); drawn.delete(chunk); }
  for (let chunk = Math.max(0, left); chunk <= right; chunk += 1) {
    if (drawn.has(chunk)) continue;
    drawn.set(chunk, draw(chunk));
    into.append(drawn.get(chunk));
  }
}

function label(row) {
  const where = row.marketplaces.length ? make("small", {}, row.marketplaces.length > 3 ? `${row.marketplaces.length} marketplaces` : row.marketplaces.join(" ")) : null;
  return make("div", { class: "label", role: "rowheader", "aria-colindex": "1", title: `${row.reportType}${row.scheduled ? "" : ", not scheduled"}` }, make("span", {}, row.reportType), where);
}

const heading = ({ title, id }) =>
  make("div", { class: "label", role: "rowheader", "aria-colindex": "1" }, make("b", {}, title), title === id ? null : make("small", {}, id));
