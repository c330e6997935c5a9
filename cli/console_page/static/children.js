// The executions that a backfill or a discovery has started.

import { ask, find, make, number } from "./dom.js";
import { item, replace } from "./executions.js";

let shown = "";

export async function showChildren({ name, kind, status, stopped }) {
  const parent = kind === "backfill" || kind === "discovery";
  find("children").hidden = !parent;
  // Of one that runs, there are more with every look.
  const now = `${name} ${stopped ?? Math.floor(Date.now() / 5000)}`;
  if (!parent || shown === now) return;
  shown = now;
  const query = new URLSearchParams({ parent: name });
  const { rows, total } = await (await ask(`executions?${query}`)).json();
  const items = rows.map(item);
  if (!items.length) items.push(make("li", { class: "empty" }, status === "RUNNING" ? "None yet." : "None was started: all had landed before."));
  if (total > rows.length) items.push(make("li", { class: "empty" }, make("a", { href: `#/executions?${query}` }, `All ${number(total)}`)));
  replace(find("children-list"), items);
}
