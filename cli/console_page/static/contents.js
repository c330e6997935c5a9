// What is in a landed report: the tables that have its rows, and how the document begins.

import { copyable } from "./copy.js";
import { ask, make, number } from "./dom.js";

/** Put it into `place`, as long as `wanted` says that it still belongs there. */
export async function showContents(place, query, title, wanted = () => true) {
  let shown;
  try {
    shown = drawn(await (await ask(`landed?${new URLSearchParams(query)}`)).json(), title);
  } catch (error) {
    shown = [make("p", { class: "note" }, `It cannot be shown: ${error.message}`)];
  }
  if (wanted()) place.replaceChildren(...shown);
}

function drawn({ tables, note, preview }, title) {
  const withheld = preview.hidden?.length
    ? make("p", { class: "note" }, `Not shown, since they hold data of buyers: ${preview.hidden.join(", ")}.`)
    : null;
  return [...tables.map(tableOf), note ? make("p", { class: "note" }, note) : null, withheld, picture(preview, title)].filter(Boolean);
}

function tableOf({ name, columns, query }) {
  return make("div", { class: "table" },
    make("p", {}, "Table ", make("b", {}, name)),
    make("details", {}, make("summary", {}, `${number(columns.length)} columns`), make("p", { class: "columns" }, columns.join(", "))),
    copyable(query, `Query ${name}`));
}

function picture({ rows, text, withheld }, title) {
  if (withheld) return make("p", { class: "note" }, withheld);
  const place = { class: "scroll", role: "region", "aria-label": `First rows of ${title}`, tabindex: "0" };
  if (text !== undefined) return make("pre", place, text);
  const [header = [], ...body] = rows;
  const line = (cells, tag) => make("tr", {}, ...cells.map((cell) => make(tag, tag === "th" ? { scope: "col" } : {}, cell || "\u00a0")));
  return make("div", place, make("table", { class: "rows" }, make("thead", {}, line(header, "th")), make("tbody", {}, ...body.map((cells) => line(cells, "td")))));
}
