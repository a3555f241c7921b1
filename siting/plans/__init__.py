"""From open sites to a whole plan, and what it is worth: assignment, funding, measures, outcome."""
