"""A planner's own tables: headings, cells, amounts, totals, names."""
