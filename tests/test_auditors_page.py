"""The table for auditors in docs/rules.md is true: each module of the checker stands there once, with its lines."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKER = ROOT / "siting" / "verify"
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").split("## 8. ")[1]
#: The table says how much there is to read, not the very last line.
NEAR = 0.05
IDLE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def lines_of(path: Path) -> int:
    """Lines with code on them: no docstrings, comments or blanks."""
    text = path.read_text(encoding="utf-8")
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in IDLE:
            code.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            code -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return len(code)


def test_the_table_for_auditors_is_true() -> None:
    rows = re.findall(r"^\| [^|]+ \| ([^|]*`[^|]*) \| (\d+) \|$", PAGE, re.MULTILINE)
    named = [name for modules, _ in rows for name in re.findall(r"`(\w+)`", modules)]
    assert sorted(named) == sorted(path.stem for path in CHECKER.glob("*.py"))
    for modules, said in rows:
        true = sum(lines_of(CHECKER / f"{name}.py") for name in re.findall(r"`(\w+)`", modules))
        assert abs(true - int(said)) <= NEAR * true, (modules, true)
    modules, total = re.findall(r"has (\d+) modules with ([\d,]+) lines", PAGE)[0]
    assert int(modules) == len(named)
    assert abs(int(total.replace(",", "")) - sum(map(lines_of, CHECKER.glob("*.py")))) <= NEAR * 2700
