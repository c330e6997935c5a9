// The one clock of the page: the watched stack's. Times are shown in the browser's time zone, which the header names.

let clock = { shown: Date.now() / 1000, at: Date.now(), speed: 1 };

export const setClock = ({ now: shown, speed }) => { clock = { shown, at: Date.now(), speed }; };
export const now = () => clock.shown + ((Date.now() - clock.at) / 1000) * clock.speed;

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

/** Say how long ago something was, or how long it will be until it is. */
export function ago(seconds) {
  const age = now() - seconds;
  if (Math.abs(age) < 1) return "now";
  const largest = duration(Math.abs(age)).split(" ").slice(0, Math.abs(age) < 3600 ? 2 : 4).join(" ");
  return age > 0 ? `${largest} ago` : `in ${largest}`;
}

const at = (seconds, options) => new Date(seconds * 1000).toLocaleString("en-GB", options);

/** Say when: "27 Nov 2026, 14:05:09". */
export const moment = (seconds) => at(seconds, { dateStyle: "medium", timeStyle: "medium" });
/** The same without seconds, and without the year of today. */
export function shortMoment(seconds) {
  const sameYear = new Date(seconds * 1000).getFullYear() === new Date(now() * 1000).getFullYear();
  return at(seconds, { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }), hour: "2-digit", minute: "2-digit" });
}

/** The browser's time zone, and its distance from UTC now. */
export function zone() {
  const offset = new Intl.DateTimeFormat("en-GB", { timeZoneName: "shortOffset" })
    .formatToParts(new Date(now() * 1000)).find((part) => part.type === "timeZoneName").value;
  return `${Intl.DateTimeFormat().resolvedOptions().timeZone} (${offset.replace("GMT", "UTC")})`;
}
