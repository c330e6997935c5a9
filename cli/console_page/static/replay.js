// The slider under the graph: the graph as it was after each step.

import { find } from "./dom.js";

const PACE = 450;
let steps = [];
let paint = () => {};
let timer = null;
let chosen = null; // null: as it is now

export function setSteps(all, onChange) {
  steps = all;
  paint = onChange;
  find("replay").hidden = steps.length < 2;
  find("position").max = steps.length;
  tell();
}

/** Return after how many steps the graph is to be shown. */
export const position = (all) => Math.min(chosen ?? all.length, all.length);

export function stopReplay() {
  clearInterval(timer);
  timer = null;
  chosen = null;
  find("replay").hidden = true;
  find("play").textContent = "▶";
}

function tell() {
  const at = position(steps);
  find("position").value = at;
  find("step").textContent = `${at} of ${steps.length}`;
  find("position").setAttribute("aria-valuetext", at ? `after step ${at}, ${steps[at - 1].state}` : "before the first step");
}

function go(to) {
  chosen = to >= steps.length ? null : to;
  tell();
  paint();
}

function toggle() {
  if (timer) {
    clearInterval(timer);
    timer = null;
  } else {
    if (chosen === null) go(1);
    timer = setInterval(() => {
      go(position(steps) + 1);
      if (chosen === null) toggle();
    }, PACE);
  }
  find("play").textContent = timer ? "❚❚" : "▶";
  find("play").setAttribute("aria-label", timer ? "Pause" : "Replay");
}

find("play").addEventListener("click", toggle);
find("position").addEventListener("input", (event) => go(Number(event.target.value)));
