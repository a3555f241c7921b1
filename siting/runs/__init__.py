"""One solve, from a county folder to a run folder."""
