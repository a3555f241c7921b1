"""The chapter of targets: what each reaches today and under the plan, what is missing, why, and its policy."""

from __future__ import annotations

from siting.studies.study import Study

from ..nouns import Cell, Section
from ..speech import Speech
from . import goals
from .headline import target_sentence
from .remedies import advice, cause, in_words


def targets(study: Study, say: Speech) -> Section:
    """Every target with its value today and under the plan, its need and whether it is met."""
    today = {t.id: t for t in study.before.targets}
    closings = advice(study).closings
    rows: list[tuple[Cell, ...]] = []
    for figures in sorted(study.measures.targets, key=lambda f: f.tier):
        target = goals.target_of(study.county, figures.id)
        rows.append(
            (
                goals.target_name(target, study.county, say),
                goals.about(target, study.county, say),
                figures.tier,
                target.year and str(target.year),
                goals.asked(target, say),
                goals.reached(target, today.get(figures.id)),
                goals.reached(target, figures),
                goals.value_need(target, figures, study.county),
                goals.lacking(target, figures, study.county, say) or None,
                "status.met" if figures.met else "status.missed",
                cause(closings.get(figures.id), study, say),
                in_words(closings.get(figures.id), say),
                goals.policy(target, study.county, say),
            )
        )
    table = say.table(
        "targets",
        (
            ("target", "text"), ("service", "text"), ("tier", "count"), ("year", "text"), ("threshold", "text"),
            ("before", "share"), ("after", "share"), ("value_need", "text"), ("shortfall", "text"),
            ("status", "code"), ("cause", "text"), ("remedy", "text"), ("policy", "text"),
        ),
        rows,
        note=say("targets.note"),
        optional=("year", "shortfall", "cause", "remedy", "policy"),
    )  # fmt: skip
    if not rows:
        return Section("targets", say("section.targets"), (target_sentence(study, say),))
    return Section("targets", say("section.targets"), (say("targets.whole"),), (table,))
