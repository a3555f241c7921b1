"""``python -m siting``: the command line."""

from siting.cli import main

main()
