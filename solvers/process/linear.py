"""From a Pyomo model to plain arrays, and back from values to variables.

The arrays are Pyomo's own standard form; they are checked here before any solver sees them, because one infinite
coefficient makes a solver drop whole rows without a word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.sparse import csc_array, vstack

from siting.errors import Fault, SolverFailed

#: Larger numbers than this lose whole units in a float or upset a solver's tolerances.
LARGEST_NUMBER = 1e12


@dataclass(frozen=True, eq=False)
class LinearModel:
    """min ``cost @ x + offset`` over ``row_lower <= matrix @ x <= row_upper``, ``lower <= x <= upper``, some ``x``
    whole.

    ``cost``, ``lower``, ``upper``, ``whole`` (n,); ``matrix`` (m, n); ``variables`` the n Pyomo variables; ``sign``
    -1 where the model maximises (``cost`` is then already negated).
    """

    cost: np.ndarray
    offset: float
    sign: int
    matrix: csc_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    whole: np.ndarray
    variables: list[pyo.Var]

    def coefficients(self, expression: Any) -> tuple[np.ndarray, float]:
        """Coefficients (n,) and constant of a linear expression over the model's variables."""
        standard = generate_standard_repn(expression, compute_values=True)
        place = {id(variable): k for k, variable in enumerate(self.variables)}
        row = np.zeros(len(self.variables))
        for variable, coefficient in zip(standard.linear_vars, standard.linear_coefs, strict=True):
            row[place[id(variable)]] += float(coefficient)
        return row, float(standard.constant)

    def with_cost(self, cost: np.ndarray, offset: float, *, maximise: bool) -> LinearModel:
        """The model with another objective."""
        sign = -1 if maximise else 1
        return replace(self, cost=sign * cost, offset=sign * offset, sign=sign)

    def with_row(self, row: np.ndarray, level: float, *, at_least: bool) -> LinearModel:
        """The model with one more row: at least, or at most, ``level``."""
        return replace(
            self,
            matrix=csc_array(vstack([self.matrix, csc_array(row.reshape(1, -1))], format="csc")),
            row_lower=np.append(self.row_lower, level if at_least else -np.inf),
            row_upper=np.append(self.row_upper, np.inf if at_least else level),
        )

    def relaxed(self) -> LinearModel:
        """The linear relaxation: nothing has to be whole."""
        return replace(self, whole=np.zeros_like(self.whole))

    def within(self, kernel: np.ndarray) -> LinearModel:
        """The model in which whole-number variables outside the mask ``kernel`` (n,) are 0."""
        return replace(self, upper=np.where(self.whole & ~kernel, 0.0, self.upper))

    def held(self, values: np.ndarray) -> LinearModel:
        """The linear program that is left when whole-number variables are held at their values (n,), rounded."""
        held = np.round(values)
        lower, upper = (np.where(self.whole, held, limit) for limit in (self.lower, self.upper))
        return replace(self, lower=lower, upper=upper, whole=np.zeros_like(self.whole))

    def by_variable(self, values: np.ndarray) -> dict[int, float]:
        """Values (n,) by ``id`` of their variable."""
        return dict(zip(map(id, self.variables), values.tolist(), strict=True))


def compile_model(model: pyo.ConcreteModel) -> LinearModel:
    """The arrays of a model with one active objective.

    Raises:
        SolverFailed: a number is not finite or too large (E902): a fault of ours, never of the county.
    """
    form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    sense = next(model.component_data_objects(pyo.Objective, active=True)).sense
    sign = -1 if sense == pyo.maximize else 1
    upper_kind = np.array([kind for _, kind in form.rows], dtype=np.int64)  # 1: <=, -1: >=, 0: ==
    rhs = np.asarray(form.rhs, dtype=np.float64)
    bounds = [variable.bounds for variable in form.columns]
    linear = LinearModel(
        cost=sign * np.asarray(form.c.todense()).reshape(-1),
        offset=sign * float(form.c_offset[0]),
        sign=sign,
        matrix=csc_array(form.A),
        row_lower=np.where(upper_kind == 1, -np.inf, rhs),
        row_upper=np.where(upper_kind == -1, np.inf, rhs),
        lower=np.array([-np.inf if low is None else low for low, _ in bounds], dtype=np.float64),
        upper=np.array([np.inf if high is None else high for _, high in bounds], dtype=np.float64),
        whole=np.array([variable.is_integer() or variable.is_binary() for variable in form.columns], dtype=bool),
        variables=list(form.columns),
    )
    _check(linear, rhs)
    return linear


def _check(linear: LinearModel, rhs: np.ndarray) -> None:
    for name, numbers in (("coefficient", linear.matrix.data), ("cost", linear.cost), ("right-hand side", rhs)):
        wrong = ~np.isfinite(numbers) | (np.abs(numbers) > LARGEST_NUMBER)
        if wrong.any():
            raise SolverFailed(Fault("E902", values={"why": f"{name} {numbers[wrong][0]} in the model"}))
    if not (np.isfinite(linear.lower) & np.isfinite(linear.upper)).all():
        raise SolverFailed(Fault("E902", values={"why": "a variable of the model has no bound"}))
