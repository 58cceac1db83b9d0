"""The network part of the stand-in: a proxy whose tunnels all end in its own HTTPS server."""

import re
import ssl
import threading
import time
from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self, cast

import trustme

from tests.standin import aerial
from tests.standin.faults import Fault, Place, close
from tests.standin.strava import HOSTS, Request, Response, Strava

JOSM_SITE = "josm.openstreetmap.de"

AERIAL_SITE = "aerial.example.org"
"""Where made-up aerial imagery comes from, at `/{zoom}/{x}/{y}.jpg`."""

JOSM_MAPS = f"""<?xml version="1.0" encoding="UTF-8"?>
<imagery xmlns="http://josm.openstreetmap.de/maps-1.0">
<entry><name>Made-up Aerial Imagery</name><id>made-up-aerial</id><type>tms</type>
<url>https://{AERIAL_SITE}/{{zoom}}/{{x}}/{{y}}.jpg</url><category>photo</category></entry>
</imagery>
""".encode()
"""The answer in place of JOSM's own list of imagery."""


class StandIn(ThreadingHTTPServer):
    """A proxy on a free port of 127.0.0.1 that leads to Strava's host names.

    It serves within a `with` block.

    Args:
        strava: The Strava that answers.
        folder: The folder for the certificate of its authority.

    Attributes:
        strava: The Strava that answers.
        exchanges: The requests that came through tunnels, in order, with the answers.
        connections: The hosts to which tunnels were opened, in order.
        faults: What goes wrong with the next connections, and where.
        round_trip: The seconds from the client to the hosts and back.
        ca: The certificate of its authority, which clients must trust.
    """

    daemon_threads = True

    def __init__(self, strava: Strava, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Proxy)
        self.strava = strava
        self.exchanges: list[tuple[Request, Response]] = []
        self.connections: list[str] = []
        self.faults: Iterator[tuple[Place, Fault]] = iter(())
        self.round_trip = 0.0
        self.ca = folder / "ca.pem"
        self._authority = trustme.CA()
        self._authority.cert_pem.write_to_path(str(self.ca))
        self.tls_for = cache(self._make_tls)

    def environment(self) -> dict[str, str]:
        """Return the variables that send all requests of `requests` and curl to it."""
        proxy = f"http://127.0.0.1:{self.server_port}"
        bundles = dict.fromkeys(("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), str(self.ca))
        return {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": "", **bundles}

    def respond(self, request: Request) -> Response:
        """Answer a request that came through a tunnel."""
        if request.host == JOSM_SITE:
            maps = Response(headers=[("Content-Type", "text/xml")], body=JOSM_MAPS)
            answer = maps if request.path == "/maps" else Response(404)
        elif request.host == AERIAL_SITE:
            answer = _aerial_tile(request.path)
        else:
            answer = self.strava.answer(request)
        self.exchanges.append((request, answer))
        return answer

    @property
    def requests(self) -> list[Request]:
        """The requests that came through tunnels, in order."""
        return [request for request, _ in self.exchanges]

    def secrets(self) -> set[str]:
        """Return the password and the values of all cookies so far, sent or received."""
        values = {self.strava.password}
        for request, answer in self.exchanges:
            values |= set(request.cookies.values())
            for name, line in answer.headers:
                if name == "Set-Cookie":
                    values.add(line.partition("=")[2].partition(";")[0])
        # Shorter values may occur in any text by accident.
        return {value for value in values if len(value) > 8}

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def _make_tls(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sslsocket_class = _Socket
        self._authority.issue_cert(host).configure_cert(context)
        return context


def _aerial_tile(path: str) -> Response:
    """Answer with a tile, or with 404 where one would show too much land to be painted quickly."""
    zoom, x, y = map(int, re.findall(r"\d+", path))
    if zoom < 15:
        return Response(404)
    return Response(headers=[("Content-Type", "image/jpeg")], body=aerial.paint(zoom, x, y))


class _Socket(ssl.SSLSocket):
    """A socket that closes itself; Python leaves it open if the client leaves in the handshake."""

    def __del__(self) -> None:
        self.close()


class _Handler(BaseHTTPRequestHandler):
    """The common part of proxy and site."""

    protocol_version = "HTTP/1.1"
    # Otherwise a body waits 40 ms for the client to acknowledge the head.
    disable_nagle_algorithm = True

    @property
    def stand_in(self) -> StandIn:
        return cast("StandIn", self.server)

    def _go_there_and_back(self) -> None:
        """Take as long as a distant host."""
        time.sleep(self.stand_in.round_trip)

    def log_message(self, *_: object) -> None:
        """Print nothing: tests look at `exchanges`."""


class _Proxy(_Handler):
    def do_CONNECT(self) -> None:
        """Open a tunnel, and answer as the host at its end."""
        self.close_connection = True
        try:
            self._open_tunnel(self.path.rpartition(":")[0])
        except OSError:
            return  # the client does not trust the certificate, or has left

    def _open_tunnel(self, host: str) -> None:
        place, fault = next(self.stand_in.faults, (None, close))
        if place is Place.PROXY:
            fault(self.connection)
            return
        if host not in {*HOSTS, JOSM_SITE, AERIAL_SITE}:
            self.send_error(502, "There is no such host")
            return
        self.stand_in.connections.append(host)
        self._go_there_and_back()
        self.send_response(200, "Connection established")
        self.end_headers()
        if place is Place.TUNNEL:
            self.connection.recv(1024)
            fault(self.connection)
            return
        self._go_there_and_back()  # the handshake of TLS 1.3 takes one round trip
        with self.stand_in.tls_for(host).wrap_socket(self.connection, server_side=True) as tls:
            if place is Place.SITE:
                tls.recv(65536)
                fault(tls)
            else:
                _Site(tls, self.client_address, self.server)


class _Site(_Handler):
    def do_GET(self) -> None:
        """Pass the request on, and send the answer."""
        self._go_there_and_back()
        length = int(self.headers.get("Content-Length", 0))
        answer = self.stand_in.respond(
            Request(
                method=self.command,
                url=f"https://{self.headers['Host']}{self.path}",
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
        )
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_POST = do_GET  # noqa: N815 - named by the base class
