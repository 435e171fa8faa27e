"""
Where things stand in the pictures of the log: the way from an entry up to the root, and its growth.

Pure: numbers for a template that writes the SVG.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hutong.transparency.merkle import Hash
from hutong.transparency.path import Node, Step

WIDTH: Final = 360
BOX: Final = 150
BOX_HEIGHT: Final = 40
RISE: Final = 74  # from one height to the next
MARGIN: Final = 8
_LEFT, _RIGHT, _MIDDLE = MARGIN, WIDTH - MARGIN - BOX, (WIDTH - BOX) // 2

CHART_WIDTH: Final = 720
CHART_HEIGHT: Final = 160


@dataclass(frozen=True, slots=True)
class Box:
    """A node of the tree as a box; `kind` is leaf, way, given or root."""

    x: int
    y: int
    kind: str
    hash: str
    first: int
    last: int

    @property
    def middle(self) -> int:
        return self.x + BOX // 2

    @property
    def text_y(self) -> int:
        return self.y + 17

    @property
    def under_y(self) -> int:
        return self.y + 32


@dataclass(frozen=True, slots=True)
class Edge:
    x1: int
    y1: int
    x2: int
    y2: int
    on_way: bool


@dataclass(frozen=True, slots=True)
class Tree:
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    height: int
    width: int = WIDTH
    box: int = BOX
    box_height: int = BOX_HEIGHT


def tree(index: int, leaf: Hash, steps: Sequence[Step]) -> Tree:
    """The root above, the entry below, and at each height the node reached and the one given."""
    height = 2 * MARGIN + BOX_HEIGHT + RISE * len(steps)
    size = steps[-1].own.last + 1 if steps else 1
    size = max(size, steps[-1].beside.last + 1 if steps else 1)
    root = steps[-1].parent if steps else leaf
    boxes = [_box(Node(0, size - 1, root), _MIDDLE, MARGIN, "root" if steps else "leaf")]
    edges: list[Edge] = []
    for step in reversed(steps):
        parent, y = boxes[-1], boxes[-1].y + RISE
        own_x, beside_x = (_LEFT, _RIGHT) if step.own_is_left else (_RIGHT, _LEFT)
        beside = _box(step.beside, beside_x, y, "given")
        own = _box(step.own, own_x, y, "leaf" if step.own.is_leaf else "way")
        edges += [_edge(parent, beside, False), _edge(parent, own, True)]
        boxes += [beside, own]
    return Tree(tuple(boxes), tuple(edges), height)


def _box(node: Node, x: int, y: int, kind: str) -> Box:
    return Box(x, y, kind, node.hash.hex(), node.first, node.last)


def _edge(parent: Box, child: Box, on_way: bool) -> Edge:
    return Edge(parent.middle, parent.y + BOX_HEIGHT, child.middle, child.y, on_way)


@dataclass(frozen=True, slots=True)
class Growth:
    """The size of the log over time, as a line; nothing to draw with fewer than two points."""

    line: str
    since: datetime
    until: datetime
    largest: int
    width: int = CHART_WIDTH
    height: int = CHART_HEIGHT


def growth(points: Sequence[tuple[datetime, int]]) -> Growth | None:
    if len(points) < 2 or points[0][0] >= points[-1][0]:
        return None
    (since, _), (until, largest) = points[0], points[-1]
    whole = (until - since).total_seconds()
    inner = CHART_HEIGHT - 2 * MARGIN
    line = " ".join(
        f"{round((at - since).total_seconds() / whole * CHART_WIDTH)},"
        f"{CHART_HEIGHT - MARGIN - round(size / largest * inner)}"
        for at, size in points
    )
    return Growth(line, since, until, largest)
