// The machine's picture, its states coloured by how an execution has gone through them.

import { find } from "./dom.js";

const STATUSES = ["done", "current", "caught", "failed"];
let picture = null;
let onState = () => {};

export async function loadGraph() {
  if (picture) return;
  const answer = await fetch("machine.svg");
  if (!answer.ok) {
    find("graph").replaceChildren("The machine's definition could not be read.");
    return;
  }
  const parsed = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  picture = document.importNode(parsed.documentElement, true);
  // The states stand for themselves, so they are read one by one.
  picture.setAttribute("role", "group");
  picture.setAttribute("aria-label", "States");
  for (const state of picture.querySelectorAll(".state")) {
    state.addEventListener("click", () => onState(state.dataset.state));
    state.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); onState(state.dataset.state); }
    });
  }
  find("graph").replaceChildren(picture);
}

/** Colour the graph by these steps, and keep the last one in sight where the graph is wider than its place. */
export function colour(steps, onSelect, first) {
  if (!picture) return;
  onState = onSelect;
  const last = new Map();
  const times = new Map();
  const taken = new Set();
  steps.forEach((step, index) => {
    last.set(step.state, step.status);
    times.set(step.state, (times.get(step.state) ?? 0) + 1);
    taken.add(`${steps[index - 1]?.state ?? ""}\n${step.state}`);
  });
  for (const state of picture.querySelectorAll(".state")) {
    const name = state.dataset.state;
    const status = last.get(name) ?? "";
    state.classList.remove(...STATUSES);
    if (status) state.classList.add(status);
    const count = times.get(name) > 1 ? `, ${times.get(name)} times` : "";
    state.setAttribute("role", status ? "button" : "img");
    state.setAttribute("aria-label", `${name}: ${status ? (status === "current" ? "now" : status) : "not reached"}${count}`);
    if (status) state.setAttribute("tabindex", "0");
    else state.removeAttribute("tabindex");
    mark(state, times.get(name));
  }
  for (const edge of picture.querySelectorAll(".edge")) {
    const was = taken.has(`${edge.dataset.from}\n${edge.dataset.to}`);
    edge.classList.toggle("taken", was);
    if (was) edge.parentNode.insertBefore(edge, picture.querySelector(".start")); // over the others
  }
  show(steps, first);
}

/** Write how many times a state was entered, when more than once. */
function mark(state, times) {
  state.querySelector(".times")?.remove();
  if (!(times > 1)) return;
  const box = state.querySelector("rect");
  const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
  text.setAttribute("class", "times");
  text.setAttribute("x", Number(box.getAttribute("width")) / 2 - 7);
  text.setAttribute("y", Number(box.getAttribute("height")) / 2 - 5);
  text.textContent = `${times}×`;
  state.append(text);
}

/** Scroll to where something is: the last state, and as many of those before it as there is room for. */
function show(steps, first) {
  const place = find("graph");
  const boxes = [...new Set(steps.map((step) => step.state))].map((name) => picture.querySelector(`[data-state="${CSS.escape(name)}"]`)).filter(Boolean).map((state) => state.getBoundingClientRect());
  if (!boxes.length || place.scrollWidth <= place.clientWidth) return;
  const frame = place.getBoundingClientRect();
  const last = boxes.at(-1);
  const fits = boxes.filter((box) => box.right - 12 <= last.right && box.left >= last.right - frame.width + 24);
  const middle = (Math.min(...fits.map((box) => box.left)) + last.right) / 2;
  place.scrollTo({ left: place.scrollLeft + middle - frame.x - frame.width / 2, behavior: first ? "instant" : "smooth" });
}
