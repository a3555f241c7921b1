r"""Line: a bus line that runs serves everybody who can walk to one of its stops.

The sites are the candidate lines :math:`l`, an option :math:`r_{lf} \in \{0, 1\}` is a line with a number of trips
a day, its cost that of the vehicles and vehicle-km that follow from length, speed and trips. With :math:`N(i)` the
lines with a stop within the walk of :math:`i`,

.. math:: v_i \le \sum_{l \in N(i)} \sum_f r_{lf} ,

which is coverage with lines for sites; `siting.model.coverage` adds it. A line also brings people to the sites of
catchment services, see `siting.model.catchment`.

Source: line planning with a line pool, A. Schoebel (2012), Line planning in public transportation: models and
methods, OR Spectrum 34.
"""

from __future__ import annotations

from siting.model.coverage import add, serve_where_open, share_by

__all__ = ["add", "serve_where_open", "share_by"]
