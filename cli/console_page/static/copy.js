// What can be copied: commands, addresses.

import { make } from "./dom.js";

/** Return a text with a button that copies it. */
export function copyable(text, label) {
  const code = make("code", { tabindex: "0", role: "group", "aria-label": label }, text);
  const button = make("button", { type: "button", class: "copy", "aria-label": `Copy: ${label}` }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text).then(() => say(button, "Copied"), () => select(code, button));
  });
  return make("div", { class: "copyable" }, code, button);
}

function select(code, button) {
  getSelection().selectAllChildren(code);
  say(button, "Selected");
}

function say(button, word) {
  button.textContent = word;
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}
