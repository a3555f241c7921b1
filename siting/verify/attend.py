"""The checker in a process of its own: it reads a county and searches all its ways while a plan is still sought.

    python -m siting.verify.attend INPUTS SCENARIO SERVICE...

reads plans from standard input, one JSON text a line, and answers each with a line of JSON, the verdict. When its input
ends, whoever asked is gone, and it ends at once.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue

from .check import Auditor, Verdict
from .numbers import FAULTS
from .run import fault_in, parsed

PLAN = "plan"


def judged(auditor: Auditor, line: str) -> Verdict:
    """The verdict on one line."""
    try:
        plan = parsed(line)
    except FAULTS as fault:
        return fault_in("E709", PLAN, "cannot be read: {fault}", fault)
    return auditor.check(plan)


def main() -> None:
    """Answer line by line, in the order in which plans come."""
    inputs, scenario, *services = sys.argv[1:]
    lines: SimpleQueue[str] = SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    auditor = Auditor(Path(inputs))
    auditor.prepare(scenario, services)
    while True:
        print(json.dumps(asdict(judged(auditor, lines.get()))), flush=True)


if __name__ == "__main__":
    main()
