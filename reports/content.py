"""One study as plain sections, tables and sentences: one content, many formats.

`of` says everything that a report says, in one language and in the order of the page. A writer (HTML today, Word,
Excel or PDF tomorrow) only has to lay it out.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from siting.counties.county import County
from siting.studies.study import Study
from siting.words import Lang, load

from .chapters import (
    equity,
    evidence,
    headline,
    land,
    lines,
    money,
    people,
    reasons,
    remedies,
    results,
    schools,
    targets,
    value_of_money,
    waste,
)
from .nouns import Content, Section
from .speech import Speech

WORDS = Path(__file__).parent / "words"


def speech(county: County, lang: Lang) -> Speech:
    """The sentences of the reports in ``lang``, and the money of ``county``."""
    towns = county.file.county.townships_en if lang == "en" else {}
    return Speech(load(lang, WORDS), county.file.money, towns)


@lru_cache(maxsize=2)
def of(study: Study, lang: Lang) -> Content:
    """Everything that a report says about ``study`` in ``lang``; gathered once for all formats."""
    say = speech(study.county, lang)
    sections = (
        targets.targets(study, say),
        remedies.remedies(study, say),
        results.services(study, say),
        Section("map", say("map.title"), (say("map.intro"),)),
        results.sites(study, say),
        reasons.reasons(study, say),
        schools.schools(study, say),
        lines.lines(study, say),
        waste.waste(study, say),
        equity.equity(study, say),
        equity.packages(study, say),
        people.unserved(study, say),
        people.changes(study, say),
        money.money(study, say),
        value_of_money.value_of_money(study, say),
        land.land(study, say),
        evidence.assumptions(study, say),
        evidence.data_notes(study, say),
        evidence.reproduce(study, say),
    )
    return Content(
        lang=lang,
        title=headline.title(study, say),
        subtitle=headline.subtitle(study, say),
        warnings=headline.warnings(study, say),
        verdict=headline.verdict(study, say),
        tiles=headline.tiles(study, say),
        sections=tuple(section for section in sections if section is not None),
    )
