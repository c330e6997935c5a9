// The cells of the grid, fetched for what is in sight, a row at a time as the server reads them, and kept for a while.

import { iso } from "./days.js";
import { ask } from "./dom.js";

const BLOCK = 64; // days
const KEPT = 1500; // rows
const ROWS_AT_ONCE = 24;
const kept = new Map(); // key of a row → Map of its blocks: { cells, marks, stale }
const NONE = new Map();
let wanted = { rows: [], first: 0, last: 0 };
let busy = false;
let onRow = () => {};
let onTrouble = () => {};

export const keyOf = (row) => `${row.sellingPartnerId}\t${row.reportType}`;

export function listen(row, trouble) {
  onRow = row;
  onTrouble = trouble;
}

const ORDER = ".DNLIMF"; // what is still due does not hide what has landed
const MARKS = " we";

/** Return the worst letter and mark of some days: "" as long as they are not known. */
export function look(row, first, last) {
  const blocks = kept.get(keyOf(row)) ?? NONE;
  let [letter, mark] = [0, 0];
  for (let day = first; day <= last; day += 1) {
    const block = blocks.get(Math.floor(day / BLOCK));
    if (!block) return ["", " "];
    const at = day - Math.floor(day / BLOCK) * BLOCK;
    letter = Math.max(letter, ORDER.indexOf(block.cells[at]));
    mark = Math.max(mark, MARKS.indexOf(block.marks[at] ?? " "));
  }
  return [ORDER[letter], MARKS[mark]];
}

/** Have these rows' days fetched, if they are not there. */
export function want(rows, first, last) {
  wanted = { rows, first, last };
  if (!busy) work();
}

/** Fetch what is in sight again: something has changed. */
export function renew() {
  for (const blocks of kept.values()) for (const block of blocks.values()) block.stale = true;
  if (!busy) work();
}

async function work() {
  busy = true;
  try {
    for (let next = lacking(); next; next = lacking()) await load(next);
    onTrouble("");
  } catch (error) {
    onTrouble(error.message);
  } finally {
    busy = false;
  }
}

/** Return some rows of those wanted that lack the same days. */
function lacking() {
  const [from, to] = [Math.floor(wanted.first / BLOCK), Math.floor(wanted.last / BLOCK)];
  const lacks = (row) => {
    const blocks = kept.get(keyOf(row)) ?? NONE;
    for (let block = from; block <= to; block += 1) if (blocks.get(block)?.stale ?? true) return true;
    return false;
  };
  const rows = wanted.rows.filter(lacks).slice(0, ROWS_AT_ONCE);
  return rows.length ? { rows, from, to } : null;
}

async function load({ rows, from, to }) {
  const body = { rows: rows.map((row) => [row.sellingPartnerId, row.reportType]), from: iso(from * BLOCK), to: iso((to + 1) * BLOCK - 1) };
  const answer = await ask("cells", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    lines.forEach((line) => take(JSON.parse(line), from, to));
  }
}

function take(line, from, to) {
  if (line.trouble) throw new Error(line.trouble);
  const key = keyOf(line);
  const blocks = kept.get(key) ?? new Map();
  kept.delete(key);
  kept.set(key, blocks); // the last one, as it was used last
  for (let block = from; block <= to; block += 1) {
    const at = (block - from) * BLOCK;
    blocks.set(block, { cells: line.cells.slice(at, at + BLOCK), marks: line.marks.slice(at, at + BLOCK), stale: false });
  }
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  onRow(key);
}
