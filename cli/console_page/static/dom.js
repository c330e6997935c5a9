// Small means to make elements, and to say sizes as a person would.

export const find = (id) => document.getElementById(id);

// As lambdas/spapi/foreign.py has it: what acts on the page, or hides and reverses what stands beside it.
const UNSEEN = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu;

/** Return a text with an escape, such as \x1b, for each character that nobody would see. */
function visible(text) {
  return text.replace(UNSEEN, (letter) => {
    const code = letter.codePointAt(0);
    const width = code < 0x100 ? 2 : code < 0x10000 ? 4 : 8;
    return `\\${{ 2: "x", 4: "u", 8: "U" }[width]}${code.toString(16).padStart(width, "0")}`;
  });
}

/** Make an element with attributes; text is text, never markup, and all of it is to be seen. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  const there = children.flat().filter((child) => child !== null && child !== undefined && child !== false);
  element.append(...there.map((child) => (child instanceof Node ? child : visible(String(child)))));
  return element;
}

export const number = (value) => value.toLocaleString("en-GB");

const SIZES = ["bytes", "kB", "MB", "GB", "TB"];

/** Say a size in powers of a thousand: "1.2 MB". */
export function size(bytes) {
  const power = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** power;
  return `${power && value < 100 ? value.toFixed(1) : number(Math.round(value))} ${SIZES[power]}`;
}

export const pretty = (value) => (value === null ? "none" : visible(JSON.stringify(value, null, 2)));

/** Ask the server; what it or AWS refuses is thrown with its words. */
export async function ask(path, options) {
  const answer = await fetch(path, options);
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Error(said.trouble ?? (answer.status === 404 ? "There is none." : `The console answered ${answer.status}.`));
}
