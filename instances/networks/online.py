"""Roads of a place or rectangle from the servers of OpenStreetMap, through OSMnx, behind a guard of our own.

OSMnx asks Overpass (and Nominatim for the outline of a place); every answer passes the guard before OSMnx sees it:

* only https, only the hosts of `HOSTS` at public addresses, no redirects: nothing can send siting elsewhere;
* an answer other than 200, one that is no JSON, or one with Overpass's ``remark`` (out of time or memory, so the data
  are cut short) is a failure, never a smaller county;
* an answer may take `Service.timeout_s` in all and `LARGEST_BYTES`; a busy server is not asked again.

What came is kept as GraphML in the cache folder, whole or not at all, and read by
`siting.instances.networks.road_sources`, so a county can be made again without a network and from the same data.
"""

from __future__ import annotations

import hashlib
import io
import ipaddress
import json
import math
import re
import socket
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from siting.errors import Fault, InputRefused
from siting.store import make_folder, write_bytes

from ..tags import ROAD_CLASSES, plain
from .roads import distance_m

#: The public servers that may be asked.
HOSTS = frozenset(
    {"overpass-api.de", "lz4.overpass-api.de", "z.overpass-api.de", "overpass.private.coffee",
     "nominatim.openstreetmap.org"}
)  # fmt: skip
SCHEMES = frozenset({"https"})
LARGEST_BYTES = 500_000_000
WIDEST_KM = 200
CHUNK_BYTES = 1 << 16

_TAGS = ("access", "motor_vehicle", "vehicle", "foot", "bicycle", "junction", "maxspeed", "name", "oneway", "ref")
_RECTANGLE = re.compile(r"\s*(-?[0-9.]+)\s*,\s*(-?[0-9.]+)\s*,\s*(-?[0-9.]+)\s*,\s*(-?[0-9.]+)\s*")


@dataclass(frozen=True)
class Service:
    """Where roads and outlines of places are asked for, and how many seconds an answer may take in all."""

    overpass: str = "https://overpass-api.de/api"
    nominatim: str = "https://nominatim.openstreetmap.org/"
    timeout_s: float = 180.0


@dataclass(frozen=True)
class Fetched:
    """``path`` is the GraphML file in the cache; ``note`` (N238) says what it is, from where and when."""

    path: Path
    note: Fault


class _Refused(Exception):
    """The guard does not let an answer pass; the text says why."""


def fetch_roads(area: str, cache: Path, *, service: Service | None = None, again: bool = False) -> Fetched:
    """The roads of ``area``, from ``cache`` where they are there already, unless they are to be fetched ``again``.

    ``area`` is ``west,south,east,north`` in degrees, or the name of a place.

    Raises:
        InputRefused: E250 no such area or too large a one, E248 a server that is not allowed, E249 no whole answer.
        CannotWrite: E801, the cache folder.
    """
    service = service or Service()
    rectangle = _rectangle(area)
    for url in (service.overpass, service.nominatim):
        _refuse_stranger(url)
    path = cache / _file_name(area)
    if again or not path.is_file():
        make_folder(cache)
        write_bytes(path, _graph(area, rectangle, service))
    values = {
        "area": plain(area, 80), "host": urlsplit(service.overpass).hostname, "name": path.name,
        "date": datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%d"),
    }  # fmt: skip
    return Fetched(path, Fault("N238", values=values))


def _rectangle(area: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north; None for the name of a place; E250."""
    found = _RECTANGLE.fullmatch(area)
    if found is None:
        if not area.strip() or len(area) > 200 or not re.search(r"[^\W\d]", area):
            raise _no_area(area)
        return None
    try:
        west, south, east, north = (float(part) for part in found.groups())
    except ValueError:
        raise _no_area(area) from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise _no_area(area)
    _refuse_wide(area, (west, south, east, north))
    return west, south, east, north


def _refuse_wide(area: str, bounds: tuple[float, float, float, float]) -> None:
    west, south, east, north = bounds
    middle = (south + north) / 2
    longest_m = max(distance_m(west, middle, east, middle), distance_m(west, south, west, north))
    if not math.isfinite(longest_m) or longest_m > WIDEST_KM * 1000:
        raise _no_area(area)


def _no_area(area: str) -> InputRefused:
    return InputRefused(Fault("E250", values={"value": plain(area, 80), "widest_km": WIDEST_KM}))


def _refuse_stranger(url: str) -> None:
    """E248 for a server that is not on the list, another port or a name inside the address."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or parts.hostname not in HOSTS or parts.username or "@" in parts.netloc:
        values = {"url": plain(url, 120), "known": ", ".join(sorted(HOSTS))}
        raise InputRefused(Fault("E248", values=values))


def _file_name(area: str) -> str:
    """A name that says the area and cannot leave the folder."""
    shown = re.sub(r"[^\w.-]+", "-", area).strip("-.")[:40]
    return f"roads-{shown}-{hashlib.sha256(area.encode()).hexdigest()[:12]}.graphml"


def _graph(area: str, rectangle: tuple[float, float, float, float] | None, service: Service) -> bytes:
    """GraphML of the roads; E249."""
    import osmnx
    import requests
    import shapely

    classes = "|".join(sorted(ROAD_CLASSES))
    try:
        with _guarded(service):
            if rectangle is None:
                outline = osmnx.geocode_to_gdf(area).geometry.union_all()
                _refuse_wide(area, outline.bounds)
            else:
                outline = shapely.box(*rectangle)
            graph = osmnx.graph_from_polygon(
                outline, custom_filter=f'["highway"~"^({classes})$"]["area"!~"yes"]', simplify=False,
                retain_all=True, truncate_by_edge=True,
            )  # fmt: skip
        graph = osmnx.simplify_graph(graph, edge_attrs_differ=["osmid"])
    except (_Refused, requests.RequestException, OSError, ValueError, TypeError, LookupError) as problem:
        values = {"host": urlsplit(service.overpass).hostname, "reason": plain(str(problem), 200)}
        raise InputRefused(Fault("E249", values=values)) from problem
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "roads.graphml"
        osmnx.save_graphml(graph, file)
        return file.read_bytes()


@contextmanager
def _guarded(service: Service) -> Iterator[None]:
    """OSMnx with our guard before every answer, without a cache of its own; afterwards everything is as it was."""
    from osmnx import settings

    guard = _Guard(service.timeout_s)
    ours = {
        "overpass_url": service.overpass, "nominatim_url": service.nominatim, "requests_timeout": service.timeout_s,
        "requests_kwargs": {"hooks": {"response": guard}, "allow_redirects": False, "stream": True},
        "overpass_rate_limit": False, "doh_url_template": None, "use_cache": False, "log_file": False,
        "useful_tags_way": ["highway", *_TAGS],
    }  # fmt: skip
    before = {name: getattr(settings, name) for name in ours}
    resolve = socket.getaddrinfo
    for name, value in ours.items():
        setattr(settings, name, value)
    try:
        with _no_private_address():
            yield
    finally:
        socket.getaddrinfo = resolve  # OSMnx ties the name of the server to one address
        for name, value in before.items():
            setattr(settings, name, value)


@contextmanager
def _no_private_address() -> Iterator[None]:
    """No connection to an address inside a network, whatever a name server says of a listed name; where a proxy is set
    it is the proxy that asks the name server, and may itself stand inside."""

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not urllib.request.getproxies():
            host = str(address[0])
            if host not in HOSTS and not _is_public(host):
                self.close()
                raise _Refused(f"{host} is no public address")
        before(self, address)

    before = socket.socket.connect
    socket.socket.connect = connect  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        socket.socket.connect = before  # type: ignore[method-assign]


def _is_public(host: str) -> bool:
    """Whether an address can be one of the open network."""
    address = ipaddress.ip_address(host.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None)
    return (inner or address).is_global


class _Guard:
    """Looks at an answer before anybody else: a hook of requests, which gives a checked copy of it."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s

    def __call__(self, response: Any, *_: Any, **__: Any) -> Any:
        """The answer, read whole. Raises `_Refused`, or a requests exception where the connection breaks."""
        import requests

        with closing(response):
            _refuse_stranger(response.url)
            if response.status_code != 200:
                raise _Refused(f"HTTP {response.status_code}")
            body = self._read(response)
        try:
            data = json.loads(body)
        except (ValueError, RecursionError) as problem:
            raise _Refused("no JSON") from problem
        if isinstance(data, dict) and "remark" in data:
            raise _Refused(plain(str(data["remark"]), 160))
        whole = requests.Response()
        whole.status_code, whole.reason, whole.url = response.status_code, response.reason, response.url
        whole.request, whole.encoding, whole.raw = response.request, "utf-8", io.BytesIO(body)
        return whole

    def _read(self, response: Any) -> bytes:
        """The body, within the time and size."""
        until = time.monotonic() + self.timeout_s
        parts, size = [], 0
        for part in response.iter_content(CHUNK_BYTES):
            parts.append(part)
            size += len(part)
            if size > LARGEST_BYTES:
                raise _Refused(f"> {LARGEST_BYTES} bytes")
            if time.monotonic() > until:
                raise _Refused(f"> {self.timeout_s:g} s")
        return b"".join(parts)
