// The page: one stream of events from the server, and who shows what of it.

import { find, setClock } from "./dom.js";
import { showExecutions, tellAges } from "./executions.js";
import { loadGraph } from "./graph.js";
import { clear, showCalls, showExecution, showTime } from "./selected.js";
import { showQuotas, tellLevels } from "./quotas.js";

let stream = null;
let rows = [];
let selected = null;

function connect() {
  stream?.close();
  stream = new EventSource(selected ? `events?execution=${encodeURIComponent(selected)}` : "events");
  const on = (name, show) => stream.addEventListener(name, (event) => show(JSON.parse(event.data)));
  on("stack", showStack);
  on("executions", (list) => { rows = list; choose(); showExecutions(rows, selected); });
  on("execution", showExecution);
  on("calls", showCalls);
  on("quotas", showQuotas);
  on("troubles", showTroubles);
  stream.onopen = () => say("live", "Live");
  stream.onerror = () => say("lost", "Not connected");
}

function say(state, words) {
  const place = find("connection");
  if (place.textContent === words) return;
  place.className = state;
  place.textContent = words;
}

function showStack({ stack, region, account, now, speed }) {
  setClock(now, speed);
  const times = speed > 1 ? `, ${speed.toLocaleString("en-GB")} times faster than life` : "";
  find("where").textContent = `${stack} in ${region}, account ${account}, read-only${times}`;
}

function showTroubles(troubles) {
  const place = find("troubles");
  const said = troubles.join(" · ");
  if (place.textContent === said) return;
  place.hidden = !said;
  place.textContent = said;
}

/** Follow the address: the execution after #, or else the newest one that runs, or the newest. */
function choose() {
  const name = decodeURIComponent(location.hash.slice(1));
  const row = rows.find((one) => one.name === name)
    ?? (name ? null : rows.find((one) => one.status === "RUNNING") ?? rows[0]);
  const found = row?.arn ?? selected;
  if (found === selected) return;
  selected = found;
  document.title = row ? `${row.name} · reportflow console` : "reportflow console";
  clear();
  showExecutions(rows, selected);
  connect();
}

addEventListener("hashchange", () => {
  choose();
  if (matchMedia("(max-width: 60rem)").matches) find("selected").scrollIntoView();
});
setInterval(() => { tellAges(); tellLevels(); showTime(); }, 1000);
await loadGraph();
connect();
