// What `reportflow explain` says of an execution, and the commands for it.

import { copyable } from "./copy.js";
import { ask, find, make } from "./dom.js";

let shown = "";

export function clearAdvice() {
  shown = "";
  find("advice").replaceChildren();
  find("commands").replaceChildren();
}

/** Show both, again when the status has changed. */
export async function showAdvice({ arn, status, commands }) {
  const now = `${arn} ${status}`;
  if (shown === now) return;
  shown = now;
  find("commands").replaceChildren(...commands.map(({ label, command }) => make("div", { class: "command" }, make("p", {}, label), copyable(command, label))));
  const answer = await ask(`advice?execution=${encodeURIComponent(arn)}`).then((said) => said.json(), (error) => ({ html: "", known: [error.message], cause: "" }));
  if (shown !== now) return;
  // The server has rendered docs/outcomes.md: of that page's own HTML, and of an execution's ids, nothing is markup.
  const text = make("div", { class: "prose" });
  text.innerHTML = answer.html;
  const known = answer.known.length ? [make("h4", {}, "What is known besides"), make("ul", { class: "known" }, ...answer.known.map((fact) => make("li", {}, fact)))] : [];
  const here = status === "RUNNING" && answer.cause ? [make("p", {}, answer.cause)] : [];
  find("advice").replaceChildren(...here, text, ...known);
}
