r"""The mixed-integer model of a problem, as Pyomo blocks: one file per family and per shared rule.

Every service has binary :math:`y_o` for its options, at most one per site, exactly one where the site may not be
shut; its family adds who is served; `money` and `targets` join the services. `goal` sets what is best, `reading`
turns values into a plan.
"""

from siting.model.building import build

__all__ = ["build"]
