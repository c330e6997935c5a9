// Days as whole numbers since 1970, without a time zone: the calendar of a window is its request's own.

const MILLISECONDS = 86_400_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

export const fromIso = (text) => Date.parse(`${text}T00:00:00Z`) / MILLISECONDS;
export const iso = (day) => new Date(day * MILLISECONDS).toISOString().slice(0, 10);

export function parts(day) {
  const date = new Date(day * MILLISECONDS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate(), weekday: date.getUTCDay() };
}

export const dayOf = (year, month, day) => Date.UTC(year, month, day) / MILLISECONDS;

/** The day that a time is on in the browser's time zone. */
export function localDay(seconds) {
  const date = new Date(seconds * 1000);
  return dayOf(date.getFullYear(), date.getMonth(), date.getDate());
}

export const monthName = (month) => MONTHS[month];

export function sayDay(day) {
  const { year, month, day: number, weekday } = parts(day);
  return `${WEEKDAYS[weekday]} ${number} ${MONTHS[month]} ${year}`;
}

/** Say a span of days of ISO 8601: "27 Nov 2026", or "1 – 7 Nov 2026". */
export function saySpan(first, last = first) {
  if (!first) return "";
  const [from, to] = [parts(fromIso(first)), parts(fromIso(last || first))];
  const end = `${to.day} ${MONTHS[to.month]} ${to.year}`;
  if (first === (last || first)) return end;
  if (from.year !== to.year) return `${from.day} ${MONTHS[from.month]} ${from.year} – ${end}`;
  return from.month === to.month ? `${from.day} – ${end}` : `${from.day} ${MONTHS[from.month]} – ${end}`;
}
