"""Bus lines for the map: name, stops, whether they run today and under the plan, from which phase on, and the cost."""

from __future__ import annotations

from typing import Any

from siting.studies.study import Study

from ..chapters.results import size_name
from ..roads import courses
from ..speech import Speech
from ..spots import own
from .map_steps import steps

STATES = {"keep": 1, "new": 2, "expand": 3}


def of(study: Study, position: dict[str, int], say: Speech) -> list[dict[str, Any]]:
    """Every line that runs today or under the plan, or could; ``stops`` are positions of settlements."""
    county = study.county
    phase_at = {phase.id: n for n, phase in enumerate(county.file.phases)}
    figures = {(f.service, f.opening.site): f for f in study.measures.sites}
    before = {(f.service, f.opening.site) for f in study.before.sites}
    found = []
    for key in study.plan.services:
        if county.services[key].family != "line":
            continue
        rows = {line.id: line for line in county.lines_of(key)}
        shown = [spot.id for spot in own(county, key) if (key, spot.id) in before or (key, spot.id) in figures]
        course = courses(county, key, shown)
        for spot in own(county, key):
            f = figures.get((key, spot.id))
            path = course.get(spot.id, ())
            found.append(
                {
                    "id": spot.id,
                    "name": say.name(spot),
                    "stops": [position[i] for i in rows[spot.id].stop_ids],
                    "path": [steps(x for x, _ in path), steps(y for _, y in path)] if path else None,
                    "before": int((key, spot.id) in before),
                    "after": STATES[f.opening.action] if f else 0,
                    "phase": phase_at.get(f.opening.phase, -1) if f else -1,
                    "size": size_name(county.services[key], f.opening, say) if f else "",
                    "cost": say.money(f.capital) if f and f.capital else "",
                }
            )
    return found
