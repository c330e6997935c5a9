// Small means to make elements, and to say sizes as a person would.

export const find = (id) => document.getElementById(id);

/** Make an element with attributes; text is text, never markup. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
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

export const pretty = (value) => (value === null ? "none" : JSON.stringify(value, null, 2));

/** Ask the server; what it or AWS refuses is thrown with its words. */
export async function ask(path, options) {
  const answer = await fetch(path, options);
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Error(said.trouble ?? (answer.status === 404 ? "There is none." : `The console answered ${answer.status}.`));
}
