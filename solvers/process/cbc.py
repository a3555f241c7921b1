"""The child process that runs CBC on one model: ``python -m siting.solvers.process.cbc FOLDER``.

CBC is a program of its own: the model goes to it as a file, the solution comes back as one. It starts from nothing, and
its incumbents are seen only at the end.
"""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import numpy as np

from .child import Child, begin, listen, names, write_mps
from .engines import cbc_program


def main(folder: Path) -> None:
    """Solve the job of ``folder``."""
    child = Child(folder)
    model, solution = write_mps(child.job, folder / "job.mps"), folder / "solution.txt"
    asked = {
        "sec": child.options["time_limit"],
        "timeMode": "elapsed",
        "ratioGap": child.options["mip_rel_gap"],
        "maxNodes": child.options["mip_max_nodes"],
        "randomCbcSeed": child.options["random_seed"],
        "threads": child.options["threads"] if child.options["threads"] > 1 else 0,
    }
    options = [word for key, value in asked.items() for word in (f"-{key}", str(value))]
    program = cbc_program()
    assert program is not None
    with child.log.open("wb") as log:
        command = [program, str(model), *options, "-solve", "-solution", str(solution)]
        running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        listen(folder, lambda: running.send_signal(signal.SIGINT))
        ended = running.wait()
    log_text = child.log.read_text(errors="replace")
    if ended != 0 or not solution.exists():
        raise RuntimeError(f"cbc ended with {ended} and without a solution: {log_text[-300:]!r}")
    answer(child, solution.read_text(), log_text)


def answer(child: Child, text: str, log: str) -> None:
    """Tell what the solution file and the log say."""
    head, _, rows = text.partition("\n")
    objective = float(head.rsplit(maxsplit=1)[-1])
    status = "Optimal" if head.startswith("Optimal") else "Infeasible" if "nfeasible" in head else head
    best = bound_in(log) if status != "Optimal" or "within gap tolerance" in log else objective
    if status != "Infeasible" and "no integer solution" not in head:
        place = {name: k for k, name in enumerate(names(child.job))}
        values = np.zeros(len(place))
        for row in rows.splitlines():
            _, name, value, *_ = row.replace("**", "").split()
            values[place[name]] = float(value)
        child.incumbent(values, objective + child.offset, best + child.offset)
    version = re.search(r"(?:Version:?|CBC)\s+v?(\d\S*|devel|trunk)", log)
    child.answer(status, best + child.offset, version.group(1) if version else "of unknown version")


def bound_in(log: str) -> float:
    """The lower bound that a log ends with; it is printed with six digits, so it is taken lower by what they hide."""
    found = re.findall(r"^Lower bound:\s+(\S+)", log, re.MULTILINE)
    return float(found[-1]) - 5e-6 * abs(float(found[-1])) if found else float("nan")


if __name__ == "__main__":
    begin(main)
