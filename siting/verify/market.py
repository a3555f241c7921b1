"""What the sites of a county could do, whatever the prices: who could come, what could be built, what could go on."""

from __future__ import annotations

from .choices import Choice
from .nouns import County, Service
from .sites import Ground
from .travel import Network, Way
from .ways import Ways


class Market:
    """What all sites of a county could do; it is made once for all prices."""

    def __init__(
        self,
        county: County,
        roads: dict[str, Network],
        ways: dict[str, Ways],
        choices: dict[str, list[Choice]],
        limits: tuple[dict[str, list[int]], int | None],
        baseline: bool,
        ground: Ground,
    ) -> None:
        """``choices`` of the services that are asked about; ``limits``: amounts of every fund by phase, and the running
        budget (None: no row about it), under the scenario."""
        self.county, self.roads, self.ways, self.choices = county, roads, ways, choices
        self.funds, self.running_budget = limits
        self.baseline, self.ground = baseline, ground
        self.phases, self.last = list(county.phases), len(county.phases) - 1
        self.demand = {key: county.demand(key) for key in choices}
        self.on_plot: dict[str, int] = {}
        for site in (choice.site for every in choices.values() for choice in every if choice.site.plot):
            self.on_plot[site.plot] = self.on_plot.get(site.plot, 0) + 1
        self.serves: dict[tuple[str, str], list[tuple[str, list[str]]]] = {}
        for key in choices:
            if county.services[key].in_full:
                for id_ in ways[key].sites:
                    owner = next(k for k in (key, *county.services[key].also_served_by) if id_ in county.sites[k])
                    self.serves.setdefault((owner, id_), []).append((key, sorted(ways[key].to[id_])))
        self.near = {key: self.onward(county.services[key]) for key in choices if county.services[key].haul}

    def onward(self, service: Service) -> dict[str, list[tuple[str, int, int]]]:
        """By disposal place: the stations that can send waste there, the most that each could send, and the way."""
        rules = service.haul
        assert rules is not None
        every = self.choices[service.id]
        most = {c.site.id: max(o.capacity for o in c.options) for c in every if c.options and not c.site.disposal}
        found: dict[str, list[tuple[str, int, int]]] = {}
        for choice in every:
            if choice.site.disposal:
                way = Way(self.roads[rules.mode], rules.metric, choice.site)
                stations = self.county.sites[service.id]
                ways = ((id_, way.cost(stations[id_], rules.limit)) for id_ in most)
                found[choice.site.id] = [(id_, most[id_], far) for id_, far in ways if far is not None]
        return found
