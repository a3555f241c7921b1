"""No test reaches the network: Python itself refuses to leave this machine, in the tests and in every Python that they
start (`tests/conftest.py` puts this folder on their path)."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any


def deny() -> None:
    """Refuse connections to other machines, and the question which address a name has."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def here(host: object) -> bool:
        name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
        try:
            return ipaddress.ip_address(name.partition("%")[0]).is_loopback
        except ValueError:
            return name in ("localhost", socket.gethostname())

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not here(address[0]):
            raise PermissionError(f"a test asks the network for {address[0]}")
        connect(self, address)

    def resolve_here(host: Any, *rest: Any, **more: Any) -> Any:
        numeric = host is None or str(host).replace(".", "").isdigit() or ":" in str(host)
        if not numeric and not here(host):
            raise socket.gaierror(socket.EAI_NONAME, f"a test asks the network for {host}")
        return resolve(host, *rest, **more)

    socket.socket.connect = connect_here  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = resolve_here


deny()
