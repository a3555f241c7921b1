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
    "E712": "V5 referral",
    "E713": "V5 land",
    "E714": "V5 rules",
    "E715": "V5 fewest persons",
    "E716": "V4 whole settlements",
    "E717": "V2 closest",
    "E718": "V4 closing",
    "E719": "V4 eligible",
    "E720": "V5 beds",
    "E721": "V4 transfers",
    "E722": "V7 bound",
    "E723": "V8 result",
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
