"""Roads from a server: a wrong answer is refused and leaves nothing behind, and no other server is ever asked."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from siting import words
from siting.errors import InputRefused
from siting.instances.geography.boundary import Boundary
from siting.instances.networks import online, road_sources
from siting.instances.networks.online import Service, fetch_roads
from siting.instances.networks.roads import build_roads

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
AREA = "117.00,30.99,117.02,31.01"
NODES = {1: (117.001, 31.0), 2: (117.002, 31.0), 3: (117.003, 31.0), 4: (117.003, 31.002)}
WAYS = {
    10: ([1, 2, 3], {"highway": "secondary", "maxspeed": "40", "name": "云岭路"}),
    11: ([3, 4], {"highway": "residential", "oneway": "yes", "access": "private"}),
    12: ([4, 2], {"highway": "unclassified"}),
}
ELEMENTS: list[dict[str, Any]] = [
    *({"type": "node", "id": k, "lon": x, "lat": y} for k, (x, y) in NODES.items()),
    *({"type": "way", "id": k, "nodes": refs, "tags": tags} for k, (refs, tags) in WAYS.items()),
]
GOOD = json.dumps({"version": 0.6, "elements": ELEMENTS})

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A server on this machine that answers as it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Answer = send(GOOD)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                outer.asked.append(self.path + " " + self.rfile.read(length).decode())
                outer.answer(self)

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def service(self, timeout_s: float = 5.0) -> Service:
        return Service(f"{self.url}/api", f"{self.url}/", timeout_s)

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


def send(body: str, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for key, value in {"Content_Length": str(len(body.encode())), **headers}.items():
            handler.send_header(key.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body.encode())

    return answer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(online, "HOSTS", frozenset({"127.0.0.1"}))
    monkeypatch.setattr(online, "SCHEMES", frozenset({"http"}))
    running = Server()
    yield running
    running.close()


def refused(area: str, cache: Path, **how: Any) -> tuple[str, str]:
    """Code and reason."""
    with pytest.raises(InputRefused) as caught:
        fetch_roads(area, cache, **how)
    (fault,) = caught.value.faults
    assert all(words.load(lang)(fault.code, **fault.values) for lang in words.LANGS)
    return fault.code, str(fault.values.get("reason", ""))


def test_roads_are_fetched_once_and_read_like_any_file(tmp_path: Path, server: Server) -> None:
    from osmnx import settings

    before = dict(vars(settings)), socket.getaddrinfo
    fetched = fetch_roads(AREA, tmp_path / "cache", service=server.service())
    assert (dict(vars(settings)), socket.getaddrinfo) == before
    extract = road_sources.read(fetched.path)
    roads = build_roads(extract.ways, Boundary(), [])
    assert {(e.road_class, e.name, e.oneway) for e in roads.edges} == {
        ("secondary", "云岭路", 0),
        ("unclassified", "", 0),
    }
    assert [note.code for note in extract.notes if note.code == "N201"] == ["N201"]  # the private street
    assert fetched.note.values["area"] == AREA
    assert all(words.load(lang)("N238", **fetched.note.values) for lang in words.LANGS)
    assert len(server.asked) == 1
    again = fetch_roads(AREA, tmp_path / "cache", service=server.service())
    assert (again.path, len(server.asked)) == (fetched.path, 1)
    fetch_roads(AREA, tmp_path / "cache", service=server.service(), again=True)
    assert len(server.asked) == 2


def test_a_place_is_looked_up_first(tmp_path: Path, server: Server) -> None:
    outline = {
        "type": "Polygon",
        "coordinates": [[[117, 30.99], [117.02, 30.99], [117.02, 31.01], [117, 31.01], [117, 30.99]]],
    }
    place = {"geojson": outline, "display_name": "云岭", "importance": 1,
             "boundingbox": ["30.99", "31.01", "117", "117.02"],
             "lat": "31", "lon": "117.01", "place_id": 1, "osm_type": "relation", "osm_id": 1, "class": "boundary",
             "type": "administrative", "addresstype": "county", "name": "云岭", "place_rank": 1}  # fmt: skip

    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(json.dumps([place]) if handler.command == "GET" else GOOD)(handler)

    server.answer = answer
    fetched = fetch_roads("云岭县", tmp_path, service=server.service())
    assert len(road_sources.read(fetched.path).ways) == 3  # the street is cut where the other joins
    assert [asked.split("?")[0].split(" ")[0] for asked in server.asked] == ["/search", "/api/interpreter"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (send(json.dumps({"elements": ELEMENTS, "remark": "runtime error: Query timed out"})), "Query timed out"),
        (send("<html>busy</html>"), "no JSON"),
        (send(GOOD, 429), "HTTP 429"),
        (send(GOOD, 504), "HTTP 504"),
        (send(GOOD, 500), "HTTP 500"),
        (send("", 302, Location="http://169.254.169.254/"), "HTTP 302"),
        (send(GOOD[:200], Content_Length="200"), "no JSON"),
        (send(GOOD, Content_Length=str(len(GOOD) + 100)), ""),
        (send('{"elements": []}'), ""),
        (send("[" * 100_000), "no JSON"),
    ],
)
def test_answers_that_are_none_leave_nothing_behind(
    tmp_path: Path, server: Server, answer: Answer, reason: str
) -> None:
    server.answer = answer
    start = time.monotonic()
    code, said = refused(AREA, tmp_path / "cache", service=server.service(2.0))
    assert time.monotonic() - start < 15
    assert code == "E249"
    assert reason in said
    assert len(server.asked) == 1
    assert list((tmp_path / "cache").iterdir()) == []


def test_an_answer_that_trickles_is_given_up(tmp_path: Path, server: Server) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            time.sleep(0.1)
            try:
                handler.wfile.write(b" " * online.CHUNK_BYTES)
            except OSError:
                return

    server.answer = answer
    start = time.monotonic()
    assert refused(AREA, tmp_path, service=server.service(0.5))[1] == "> 0.5 s"
    assert time.monotonic() - start < 3


def test_a_flood_is_given_up(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(online, "LARGEST_BYTES", 100)
    assert "> 100 bytes" in refused(AREA, tmp_path, service=server.service())[1]


def test_without_a_network_the_sentence_is_plain(tmp_path: Path, server: Server) -> None:
    service = server.service(2.0)
    server.http.server_close()
    assert refused(AREA, tmp_path, service=service)[0] == "E249"


@pytest.mark.parametrize(
    "url",
    [
        "http://overpass-api.de/api", "https://example.org/api", "https://overpass-api.de@127.0.0.1/", "ftp://overpass-api.de",
        "https://127.0.0.1/", "https://[::1]/", "file:///etc/passwd", "https://overpass-api.de.evil.test/", "",
    ],
)  # fmt: skip
def test_no_other_server_is_asked(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", never)
    assert refused(AREA, tmp_path, service=Service(overpass=url))[0] == "E248"
    assert refused(AREA, tmp_path, service=Service(nominatim=url))[0] == "E248"


def test_a_name_server_that_leads_inside_is_not_followed(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is listed, the address behind it is that of this machine."""
    monkeypatch.setattr(online, "HOSTS", frozenset({"roads.example"}))
    monkeypatch.setattr(socket, "gethostbyname", lambda name: "127.0.0.1")
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    url, before = server.url.replace("127.0.0.1", "roads.example"), socket.socket.connect
    code, reason = refused(AREA, tmp_path, service=Service(f"{url}/api", f"{url}/", 5.0))
    assert code == "E249"
    assert "public" in reason
    assert server.asked == []
    assert socket.socket.connect == before  # everything is as it was


def test_addresses_that_lie_inside() -> None:
    inside = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1"]
    inside += ["fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"]
    assert not any(online._is_public(address) for address in inside)
    assert all(online._is_public(address) for address in ("1.1.1.1", "162.55.144.139", "2a01:4f8:261:3c4f::2"))


@pytest.mark.parametrize(
    "area", ["", "  ", "1,2,3", "117,31,116,32", "0,0,181,1", "117,31,120,32", "1..2,3,4,5", "x" * 300]
)
def test_areas_that_are_none(tmp_path: Path, area: str) -> None:
    assert refused(area, tmp_path)[0] == "E250"


def test_no_area_can_name_a_file_elsewhere(tmp_path: Path, server: Server) -> None:
    server.answer = send(GOOD, 500)
    refused("../../云岭/..\\x:y", tmp_path / "cache", service=server.service())
    name = online._file_name("../../云岭/..\\x:y")
    assert not set(name) & set("/\\:")
    assert ".." not in name.strip(".").split("-")[1]
