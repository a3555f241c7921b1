"""The command line's own library in Chinese: its headings and refusals, which it looks up as `gettext` would.

click asks a function ``_`` of each of its modules for a translation, which finds none without catalogues in folders of
the system. Ours stand in ``words/click.*.toml``: the English text as click writes it, and the Chinese one.
"""

from __future__ import annotations

from importlib import import_module

from siting import words

#: Modules of click that speak.
SPEAK = ("core", "decorators", "exceptions", "formatting", "parser", "types")


def translated(text: str) -> str:
    """What click says, in the language of the moment; what is not known stays English."""
    return words.load(words.language()).translated("click", text)


def teach() -> None:
    """Let click ask here; a version of click that asks otherwise goes on speaking English."""
    for name in SPEAK:
        module = import_module(f"click.{name}")
        if hasattr(module, "_"):
            module.__dict__["_"] = translated
