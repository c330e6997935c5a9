// Small means to make elements, and to say times and sizes as a person would.

export const find = (id) => document.getElementById(id);

/** Make an element with attributes; text is text, never markup. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

/** Say a duration by its two largest units: "2 h 5 min". */
export function duration(seconds) {
  if (seconds < 0.95) return `${Math.max(0, seconds * 1000).toFixed(0)} ms`;
  const whole = Math.round(seconds);
  const first = UNITS.findIndex(([size]) => whole >= size);
  const [size, unit] = UNITS[first];
  const said = `${Math.floor(whole / size)} ${unit}`;
  const [below, name] = UNITS[first + 1] ?? [1, ""];
  const rest = Math.floor((whole % size) / below);
  return name && rest ? `${said} ${rest} ${name}` : said;
}

export const moment = (seconds) =>
  new Date(seconds * 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" }) + " UTC";

export const number = (value) => value.toLocaleString("en-GB");

export const pretty = (value) => (value === null ? "none" : JSON.stringify(value, null, 2));

// How far the watched clock is from ours, which it may outrun.
let clock = { shown: Date.now() / 1000, at: Date.now(), speed: 1 };
export const setClock = (now, speed) => { clock = { shown: now, at: Date.now(), speed }; };
export const now = () => clock.shown + ((Date.now() - clock.at) / 1000) * clock.speed;
