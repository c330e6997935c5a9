"""A machine's definition as a picture: its states in layers, drawn as SVG.

The page colours the states of the same picture as an execution moves. A Map or Parallel is drawn as one state.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Any

import graphlay

SVG = "http://www.w3.org/2000/svg"
STYLE = Path(__file__).with_name("static") / "machine.css"
WIDTH, HEIGHT, START = 138.0, 38.0, 46.0
MARGIN, CORNER, HEAD = 6.0, 7.0, 6.0
LINE, LONGEST_LINE = 14.0, 15
# Twelve by twelve, drawn around the middle.
ICONS = {
    "Task": "M-4-5h3L4,5M-1.2-.5L-4.5,5",
    "Choice": "M0-5.5L5.5,0L0,5.5L-5.5,0Z",
    "Wait": "M0-5.5A5.5,5.5,0,1,0,.01-5.5ZM0-3V0L2.5,1.5",
    "Pass": "M-5,0H5M1.5-3.5L5,0L1.5,3.5",
    "Succeed": "M-5,.5L-1.5,4L5-4",
    "Fail": "M-4-4L4,4M4-4L-4,4",
}
OPTIONS = {
    # The states keep the order in which an execution meets them: what leads back is drawn upwards.
    "cycles": {"strategy": "follow_flow"},
    "compaction": {"mode": "priority"},
    "effort": "thorough",
    "routing": {"style": "orthogonal", "lane_gap": 6},
    "spacing": {"layer_gap": 30, "node_gap": 16, "dummy_gap": 10, "port_gap": 10},
}
SEEDS = 9  # layouts to choose the tidiest of: 30 ms each
Point = tuple[float, float]


def draw(definition: Mapping[str, Any], *, style: str = "") -> str:
    """Return the picture of an Amazon States Language definition, with `style` as its stylesheet if there is one."""
    edges = list(transitions(definition))
    laid_out = _laid_out(definition, edges)
    low, high = laid_out.bounds["min"], laid_out.bounds["max"]
    left, top = low["x"] - MARGIN, low["y"] - MARGIN
    size = f"{high['x'] + MARGIN - left:.0f} {high['y'] + MARGIN - top:.0f}"
    width, height = size.split()
    lines = [
        f'<svg xmlns="{SVG}" class="machine" viewBox="{left:.0f} {top:.0f} {size}" width="{width}" height="{height}">',
        "<title>The state machine</title>",
        *([f"<style>\n{style}</style>"] if style else []),
    ]
    routes = [edge["points"] for edge in laid_out.edges]
    for (source, target), route in zip([("", definition["StartAt"]), *edges], routes, strict=True):
        lines.append(_edge(source, target, [(point["x"], point["y"]) for point in route]))
    start, *boxes = [(node["center"]["x"], node["center"]["y"]) for node in laid_out.nodes]
    lines.append(
        f'<g class="start" transform="translate({_at(start)})"><circle r="{START / 2:.0f}"/>'
        '<text dy=".35em">Start</text></g>'
    )
    for name, centre in zip(_in_order(definition), boxes, strict=True):
        lines.append(_state(name, definition["States"][name]["Type"], centre))
    return "\n".join([*lines, "</svg>"]) + "\n"


def transitions(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield which state leads to which, each pair once, the ordinary way first."""
    for name in _in_order(definition):
        yield from ((name, target) for target in _targets(definition["States"][name]))


def _targets(state: Mapping[str, Any]) -> list[str]:
    named = [rule["Next"] for rule in state.get("Choices", [])]
    named += [state[key] for key in ("Next", "Default") if key in state]
    return list(dict.fromkeys([*named, *(catch["Next"] for catch in state.get("Catch", []))]))


def _in_order(definition: Mapping[str, Any]) -> list[str]:
    """Return the states' names as an execution may meet them, depth first."""
    found: dict[str, None] = {}
    ahead = [definition["StartAt"]]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found[name] = None
            ahead += reversed(_targets(definition["States"][name]))
    return list(found)


def _laid_out(definition: Mapping[str, Any], edges: Sequence[tuple[str, str]]) -> graphlay.Layout:
    graph = graphlay.Graph()
    graph.node(width=START, height=START, shape="ellipse")
    for name in _in_order(definition):
        graph.node(name, width=WIDTH, height=HEIGHT)
    # What leads on without a choice pulls its states into one line.
    graph.edge(0, definition["StartAt"], weight=4)
    for source, target in edges:
        graph.edge(source, target, weight=4 if definition["States"][source].get("Next") == target else 1)
    tried = [graphlay.layout(graph, preset="process_map", options={**OPTIONS, "seed": seed}) for seed in range(SEEDS)]
    return min(tried, key=lambda layout: float(graphlay.metrics(layout)["total_edge_length"]))


def _edge(source: str, target: str, route: Sequence[Point]) -> str:
    *_, before, end = route
    neck = _towards(end, before, HEAD, most=1e9)
    across = ((neck[1] - end[1]) * 0.6, (end[0] - neck[0]) * 0.6)
    wings = [(neck[0] + across[0], neck[1] + across[1]), (neck[0] - across[0], neck[1] - across[1])]
    head = f"M{_at(end)}L{_at(wings[0])}L{_at(wings[1])}Z"
    ends = f'data-from="{escape(source)}" data-to="{escape(target)}"'
    return f'<g class="edge" {ends}><path d="{_rounded([*route[:-1], neck])}"/><path class="head" d="{head}"/></g>'


def _rounded(route: Sequence[Point]) -> str:
    """Return a path along the route that takes its corners in a curve."""
    drawn = f"M{_at(route[0])}"
    for (before, corner), (_, after) in pairwise(pairwise(route)):
        drawn += f"L{_at(_towards(corner, before, CORNER))}Q{_at(corner)} {_at(_towards(corner, after, CORNER))}"
    return f"{drawn}L{_at(route[-1])}"


def _towards(start: Point, goal: Point, distance: float, *, most: float = 0.5) -> Point:
    """Return the point at a distance on the way, no further than `most` of the way."""
    part = min(distance / (hypot(goal[0] - start[0], goal[1] - start[1]) or 1), most)
    return start[0] + (goal[0] - start[0]) * part, start[1] + (goal[1] - start[1]) * part


def _state(name: str, kind: str, centre: Point) -> str:
    lines = textwrap.wrap(name, LONGEST_LINE)
    first = -LINE * (len(lines) - 1) / 2
    text = "".join(
        f'<tspan x="9" y="{first + LINE * row:.0f}" dy=".35em">{escape(line)}</tspan>' for row, line in enumerate(lines)
    )
    return (
        f'<g class="state {kind.lower()}" data-state="{escape(name)}" transform="translate({_at(centre)})">'
        f'<rect x="{-WIDTH / 2:.0f}" y="{-HEIGHT / 2:.0f}" width="{WIDTH:.0f}" height="{HEIGHT:.0f}" rx="7"/>'
        f'<path class="icon" d="{ICONS.get(kind, ICONS["Task"])}" transform="translate({15 - WIDTH / 2:.0f})"/>'
        f"<text>{text}</text></g>"
    )


def _at(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
