"""The ``changes`` of a scenario: values of county.toml replaced by path (section 4 of the rules)."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any


def parts(path: str) -> list[str]:
    """``funds[county].capital`` as ["funds", "county", "capital"]."""
    found = [inside or word for inside, word in re.findall(r"\[([^]]*)]|([^.[]+)", path)]
    if not found or not re.fullmatch(r"(\[[^]]*]|[^[])*", path):
        raise ValueError(f"{path!r:.60} is no path, or a bracket of it is not closed")
    return found


def element(items: list[Any], name: str) -> int:
    """Position of an element of a list, named by its number or its id."""
    if name.isascii() and name.isdigit() and int(name) < len(items):
        return int(name)
    for k, item in enumerate(items):
        if isinstance(item, dict) and item.get("id") == name:
            return k
    raise LookupError(f"no element {name!r:.60}")


def changed(toml: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """County.toml with the changes made; raises a fault where a path leads nowhere."""
    result = deepcopy(toml)
    for path, value in changes.items():
        node: Any = result
        words = parts(path)
        for word in words[:-1]:
            node = node[element(node, word)] if isinstance(node, list) else node[word]
        last = words[-1]
        if isinstance(node, list):
            node[element(node, last)] = deepcopy(value)
        elif isinstance(node, dict):
            node[last] = deepcopy(value)
        else:
            raise LookupError(f"{path!r:.60} leads nowhere")
    return result
