"""Reading YAML that somebody sent: as PyYAML's safe loader does, but never more than a form can hold. A megabyte of
commas would keep that loader busy for half a minute, and ten lines of merged aliases until the memory is full."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import Composer

MOST_NODES = 50_000  # of a file with its aliases written out; the largest form that ships has 2,000
_MERGE = "tag:yaml.org,2002:merge"


class TooLarge(yaml.YAMLError):
    pass


class _Loader(Composer, yaml.CSafeLoader):
    """Counts nodes as they are read, and what merging adds before it is added. The text is read by libyaml (a form in a
    fifth of the time), the nodes are put together here, where they can be counted."""

    def __init__(self, source: str) -> None:
        yaml.CSafeLoader.__init__(self, source)
        Composer.__init__(self)
        self.nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._count(1)
        return super().compose_node(parent, index)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, value in node.value:
            if key.tag == _MERGE:
                for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    if isinstance(merged, yaml.MappingNode):
                        self.flatten_mapping(merged)
                        self._count(len(merged.value))
        super().flatten_mapping(node)

    def _count(self, more: int) -> None:
        self.nodes += more
        if self.nodes > MOST_NODES:
            raise TooLarge


def yaml_read(source: str) -> Any:
    """Raises `TooLarge`, and what PyYAML breaks at: an unquoted 2026-13-45 is taken for a date and is a `ValueError`,
    `!!int ""` and `!!bool x` are a `LookupError`, `!!timestamp x` is an `AttributeError`."""
    loader = _Loader(source)
    try:
        content = loader.get_single_data()
    finally:
        loader.dispose()
    if _nodes(content, {}) >= MOST_NODES:
        raise TooLarge
    return content


def _nodes(node: object, seen: dict[int, int]) -> int:
    """How much there is, each alias counted as often as it is used; one that holds itself has no end."""
    if not isinstance(node, dict | list):
        return 1
    if id(node) not in seen:
        seen[id(node)] = MOST_NODES
        parts = node.values() if isinstance(node, dict) else node
        seen[id(node)] = min(MOST_NODES, 1 + sum(_nodes(part, seen) for part in parts))
    return seen[id(node)]
