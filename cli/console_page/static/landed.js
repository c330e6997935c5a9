// What an execution has landed.

import { showContents } from "./contents.js";
import { copyable } from "./copy.js";
import { find, make, number, size } from "./dom.js";
import { duration } from "./time.js";

let shown = null;

export function clearLanded() {
  shown = null;
  find("landed").hidden = true;
  find("facts").replaceChildren();
  find("contents").replaceChildren();
}

export async function showLanded({ arn, output }) {
  if (!output?.key || shown === arn) return;
  shown = arn;
  find("landed").hidden = false;
  find("facts").replaceChildren(facts(output));
  await showContents(find("contents"), { execution: arn }, `report ${output.reportId}`, () => shown === arn);
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
