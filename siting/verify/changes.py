"""The ``changes`` of a scenario: values of county.toml replaced by path (section 4 of the rules)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any


def parts(path: str) -> list[str]:
    """``funds[county].capital`` as ["funds", "[county", "capital"]: what stood in brackets keeps the first one."""
    found: list[str] = []
    word = ""
    for letter in path:
        if word.startswith("["):
            if letter == "]":
                found.append(word)
                word = ""
            else:
                word += letter
        elif letter in ".[":
            found += [word] if word else []
            word = "[" if letter == "[" else ""
        else:
            word += letter
    if word.startswith("["):
        raise ValueError(f"a bracket of {path!r:.60} is not closed")
    found += [word] if word else []
    if not found:
        raise ValueError("a change without a path")
    return found


def element(items: list[Any], word: str) -> int:
    """Position of an element of a list, named by its number or its id."""
    name = word.removeprefix("[")
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
            node = node[element(node, word)] if isinstance(node, list) else node[word.removeprefix("[")]
        last = words[-1]
        if isinstance(node, list):
            node[element(node, last)] = deepcopy(value)
        elif isinstance(node, dict):
            node[last.removeprefix("[")] = deepcopy(value)
        else:
            raise LookupError(f"{path!r:.60} leads nowhere")
    return result
