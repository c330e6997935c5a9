// The page: which of its views is shown, and one stream of events from the server.

import { find } from "./dom.js";
import { clear, showCalls, showExecution, showTime } from "./execution.js";
import { renewList, showList, tellAges } from "./executions.js";
import { loadGraph } from "./graph.js";
import { renewGrid, showGrid } from "./grid.js";
import { renewOverview, showOverview } from "./overview.js";
import { showQuotas, tellLevels } from "./quotas.js";
import { moment, now, setClock, zone } from "./time.js";

const TITLES = { grid: "Grid", overview: "Overview", executions: "Executions" };
let stream = null;
let streamed; // the execution that the stream tells of: undefined before the first
let version = null;
let simulated = false;

function connect(arn) {
  if (arn === streamed) return;
  stream?.close();
  streamed = arn;
  stream = new EventSource(arn ? `events?execution=${encodeURIComponent(arn)}` : "events");
  const on = (name, show) => stream.addEventListener(name, (event) => show(JSON.parse(event.data)));
  on("stack", showStack);
  on("time", (time) => { simulated = time.simulated; setClock(time); tellClock(); });
  on("pulse", showPulse);
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

function showStack({ stack, region, account }) {
  find("where").textContent = `${stack} · ${region} · ${account} · read-only`;
}

/** Say by which clock all times are. */
function tellClock() {
  const place = find("clock");
  place.classList.toggle("simulated", simulated);
  const words = simulated ? `Simulated time: ${moment(now())}, ${zone()}` : `Times in ${zone()}`;
  if (place.textContent !== words) place.textContent = words;
}

function showPulse({ version: latest, running }) {
  find("running").hidden = !running;
  find("running").textContent = `${running} running`;
  if (version !== null && latest !== version) { renewGrid(); renewList(); renewOverview(); }
  version = latest;
}

function showTroubles(troubles) {
  const place = find("troubles");
  const said = troubles.join(" · ");
  if (place.textContent === said) return;
  place.hidden = !said;
  place.textContent = said;
}

/** Follow the address: #/grid, #/grid/partner/type/day, #/overview, #/executions?…, #/execution/name. With a slash, as no id has one. */
async function follow() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/").map(decodeURIComponent);
  const shown = name === "execution" || TITLES[name] ? name : "grid";
  for (const view of document.querySelectorAll(".view")) view.hidden = view.id !== `view-${shown}`;
  for (const link of document.querySelectorAll("header nav a")) {
    const here = link.hash === `#/${shown}` || (shown === "execution" && link.hash === "#/executions");
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${shown === "execution" ? rest[0] : TITLES[shown]} · reportflow console`;
  if (shown !== "execution") connect(null);
  if (shown === "grid") await showGrid(rest.length === 3 ? { partner: rest[0], type: rest[1], day: rest[2] } : null);
  if (shown === "overview") await showOverview();
  if (shown === "executions") await showList(new URLSearchParams(query ?? ""));
  if (shown === "execution") await showOne(rest[0] ?? "");
}

async function showOne(name) {
  clear(name);
  await loadGraph();
  const answer = await fetch(`find?name=${encodeURIComponent(name)}`);
  if (answer.ok) connect((await answer.json()).arn);
  else clear(name, answer.status === 404 ? "The stack has no execution of this name. Step Functions forgets one 90 days after its end." : "It could not be read.");
}

addEventListener("hashchange", () => {
  if (location.hash && !location.hash.startsWith("#/")) return; // the link that skips to the content
  scrollTo(0, 0);
  follow();
});
setInterval(() => { tellAges(); tellLevels(); showTime(); tellClock(); }, 1000);
tellClock();
await follow();
