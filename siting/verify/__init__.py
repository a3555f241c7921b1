"""The independent checker: may this plan be called valid?

Written from ``docs/rules.md`` alone. It uses the standard library and nothing else of siting, rounds nothing, allows no
tolerance and lists every breach:

    from siting.verify import Auditor, verify_run

    verify_run(Path("runs/2026-03-01")).word      # "valid" or "rejected"
    Auditor(folder).check(plan).breaches          # many plans of one county
"""

from .breach import Breach
from .certificate import FORMAT as CERTIFICATE_FORMAT
from .certificate import Prover
from .check import Auditor, Verdict
from .run import judge, verify_run

__all__ = ["CERTIFICATE_FORMAT", "Auditor", "Breach", "Prover", "Verdict", "judge", "verify_run"]
