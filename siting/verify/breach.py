"""What the checker finds: breaches of the rules, each with a code, a place and the numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Every code with the step of the check that it belongs to.
RULES = {
    "E701": "V5 budget",
    "E702": "V2 travel",
    "E703": "V5 capacity",
    "E704": "V4 conservation",
    "E705": "V4 ids",
    "E706": "V6 objective",
    "E707": "V5 sites",
    "E708": "V1 inputs",
    "E709": "V1 form",
    "E710": "V4 reason",
    "E711": "V5 running",
}


@dataclass(frozen=True)
class Breach:
    """One rule that the plan breaks: the step, the place in the plan, a sentence, its numbers, the machine code."""

    rule: str
    where: str
    says: str
    numbers: dict[str, int | str] = field(default_factory=dict)
    code: str = ""


class Findings(list[Breach]):
    """All breaches found so far; checking goes on after one is added."""

    def add(self, code: str, where: str, says: str, **numbers: int | str) -> None:
        """Add a breach; ``says`` may name ``numbers`` in braces."""
        self.append(Breach(RULES[code], where, says.format(**numbers), dict(numbers), code))
