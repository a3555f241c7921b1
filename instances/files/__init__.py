"""Reading files as they come: archives, workbooks, layers, plain tables."""
