"""All tests run with the network denied: to themselves and to the processes of siting that they start."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

#: An address of the documentation (RFC 5737), which nobody has.
NOBODY = ("192.0.2.1", 80)


def test_this_process_leaves_this_machine_for_nobody() -> None:
    with socket.socket() as asked, pytest.raises(PermissionError, match="network"):
        asked.connect(NOBODY)
    with pytest.raises(socket.gaierror, match="network"):
        socket.getaddrinfo("overpass-api.de", 443)
    assert socket.getaddrinfo("localhost", 80)


def test_the_processes_that_tests_start_do_not_either() -> None:
    code = f"import socket\ntry: socket.socket().connect({NOBODY!r})\nexcept PermissionError: print('refused')"
    for options in ([], ["-P"]):
        said = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, check=True)
        assert said.stdout == "refused\n"
