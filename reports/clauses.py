"""Clauses of papers as a reader of either language knows them."""

from __future__ import annotations

import re

#: Signs of Chinese numbers below a hundred, and what a clause is called after its number.
DIGITS = {sign: n for n, sign in enumerate("一二三四五六七八九", 1)}
NUMBERS = "".join(DIGITS) + "十"
PARTS = {"条": "art.", "章": "ch.", "节": "sec.", "款": "para.", "项": "item"}
#: A part of a paper that is called by what it says.
GOAL, GOAL_EN = "目标", "goal"


def clause(text: str, lang: str) -> str:
    """Where in a paper something stands: in English with numbers that its reader knows, `第十四条` as `art. 14` and
    `（三）3` as `(3)3`; in Chinese with brackets of its own."""
    if lang != "en":
        text = re.sub(rf"\b{GOAL_EN}s?\b", GOAL, text)
        return re.sub(rf"\(([{NUMBERS}]+)\)", r"（\1）", text)
    text = re.sub(rf"\s*{GOAL}\s*", f" {GOAL_EN} ", text)
    text = re.sub(rf"第([{NUMBERS}]+|\d+)([{''.join(PARTS)}])", lambda m: f"{PARTS[m[2]]} {_number(m[1])} ", text)
    text = re.sub(rf"[（(]([{NUMBERS}]+)[）)]", lambda m: f"({_number(m[1])})", text)
    return (
        re.sub(rf"^[{NUMBERS}]+(?=[、（(]|$)", lambda m: str(_number(m[0])), text)
        .replace("、", ", ")
        .replace(" ,", ",")
        .replace("  ", " ")
        .strip()
    )


def _number(signs: str) -> int:
    """A number of Chinese signs below a hundred, or of digits."""
    if signs.isdecimal():
        return int(signs)
    tens, ten, ones = signs.rpartition("十")
    return (DIGITS.get(tens, 1) * 10 if ten else 0) + DIGITS.get(ones, 0)
