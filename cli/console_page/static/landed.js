// What has landed, and its first rows.

import { copyable } from "./copy.js";
import { find, make, number, size } from "./dom.js";
import { duration } from "./time.js";

let shown = null;

export function clearLanded() {
  shown = null;
  find("landed").hidden = true;
  find("facts").replaceChildren();
  find("preview").replaceChildren();
}

export async function showLanded({ arn, output }) {
  if (!output?.key || shown === arn) return;
  shown = arn;
  find("landed").hidden = false;
  find("facts").replaceChildren(facts(output));
  const answer = await fetch(`preview?execution=${encodeURIComponent(arn)}`);
  const preview = await answer.json();
  if (shown === arn) find("preview").replaceChildren(answer.ok ? picture(preview) : make("p", { class: "note" }, `No preview: ${preview.trouble}`));
}

function facts(output) {
  const known = [
    ["File", copyable(`s3://${output.bucket}/${output.key}`, "Address of the file")],
    ["Rows", output.rows === null ? "not counted" : number(output.rows)],
    ["Size", size(output.bytes)],
    ["Charset", output.charset ?? "none"],
    ["sha256", output.sha256 ?? "not known"],
    ["Landed after", duration(output.secondsToLand)],
  ];
  for (const finding of output.findings ?? []) known.push([finding.severity === "info" ? "Note" : "Finding", finding.sentence]);
  return make("dl", {}, ...known.flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, value)]));
}

function picture({ rows, text, withheld }) {
  if (withheld) return make("p", { class: "note" }, withheld);
  const place = { class: "scroll", role: "region", "aria-label": "First rows", tabindex: "0" };
  if (text !== undefined) return make("pre", place, text);
  const [header = [], ...body] = rows;
  const line = (cells, tag) => make("tr", {}, ...cells.map((cell) => make(tag, tag === "th" ? { scope: "col" } : {}, cell || "\u00a0")));
  return make("div", place, make("table", { class: "rows" }, make("thead", {}, line(header, "th")), make("tbody", {}, ...body.map((cells) => line(cells, "td")))));
}
