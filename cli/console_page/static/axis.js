// The grid's columns: days, weeks from Sunday as Amazon counts them, or months.

import { dayOf, localDay, monthName, parts, sayDay } from "./days.js";
import { now } from "./time.js";

const YEARS_BACK = 6;
const AHEAD = { day: 31, week: 9, month: 2 };
const WIDTH = { day: 24, week: 34, month: 46 };

/** Return the columns of a zoom: how many, how wide, and from which day to which each of them is. */
export function axis(zoom) {
  const today = localDay(now());
  const { year, month } = parts(today);
  const january = dayOf(year - YEARS_BACK, 0, 1);
  const begin = zoom === "week" ? january - parts(january).weekday : january;
  const first = {
    day: (column) => begin + column,
    week: (column) => begin + 7 * column,
    month: (column) => dayOf(year - YEARS_BACK, column, 1),
  }[zoom];
  const at = {
    day: (day) => day - begin,
    week: (day) => Math.floor((day - begin) / 7),
    month: (day) => (parts(day).year - year + YEARS_BACK) * 12 + parts(day).month,
  }[zoom];
  const count = at(zoom === "month" ? dayOf(year, month, 1) : today) + 1 + AHEAD[zoom];
  const last = (column) => first(column + 1) - 1;
  return { zoom, count, width: WIDTH[zoom], first, last, at, today, label, group, say };

  /** What stands above a column. */
  function label(column) {
    const { day, month: of } = parts(first(column));
    return zoom === "month" ? monthName(of) : String(day);
  }

  /** What stands above several: the month, or the year. */
  function group(column) {
    const { month: of, year: in_ } = parts(first(column));
    return zoom === "month" ? String(in_) : `${monthName(of)} ${in_}`;
  }

  function say(column) {
    const { month: of, year: in_ } = parts(first(column));
    if (zoom === "day") return sayDay(first(column));
    return zoom === "week" ? `week of ${sayDay(first(column))}` : `${monthName(of)} ${in_}`;
  }
}

