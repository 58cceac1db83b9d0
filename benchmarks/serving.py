"""The server of tiles, compared with nginx that adds the same header before the same host."""

import asyncio
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import aiohttp
import psutil

from benchmarks.table import comparison
from stravacookies.credentials.store import CredentialStore
from stravacookies.strava.cookies import HeatmapCookies
from tests.command import missing
from tests.josm_app import free_port
from tests.made_up import values
from tests.served import Served, serving
from tests.standin import fast
from tests.standin.fast import FastHost

TILES = 1_000
ROUND_TRIP = 0.02
MOST_RUNS = 5
"""The maximum number of runs: each fetches thousands of tiles."""

_NGINX = """\
daemon off; pid {folder}/nginx.pid; error_log stderr; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  upstream tiles {{ server 127.0.0.1:{host.tls_port}; keepalive 8; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass https://tiles; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host content-a.strava.com; proxy_set_header Cookie "{cookies}";
      proxy_ssl_trusted_certificate {host.ca}; proxy_ssl_verify on;
      proxy_ssl_name content-a.strava.com; proxy_ssl_session_reuse on;
    }}
  }}
}}
"""


class _Pair(NamedTuple):
    """Our server and nginx, before the same host."""

    host: FastHost
    ours: Served
    nginx: str


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Fetch tiles from a host with and without round trips, then very many."""
    if lacking := missing("The comparison with nginx", {"nginx-light": shutil.which("nginx")}):
        yield f"The server was not measured. {lacking}"
        return
    runs = min(runs, MOST_RUNS)
    cookies = HeatmapCookies.from_values(values(datetime.now(UTC) + timedelta(days=1)))
    CredentialStore(folder / ".local" / "state" / "stravacookies").keep_cookies(cookies)
    for seconds, what, goal in ((ROUND_TRIP, "20 ms away", 1.1), (0.0, "nearby", 2)):
        with _pair(folder, seconds, cookies) as pair:
            taken = [(_fetch(pair.ours.url), _fetch(pair.nginx)) for _ in range(runs + 1)][1:]
            ours, nginx = zip(*taken, strict=True)
            yield comparison(f"serve: {TILES} tiles from {what}", "nginx", ours, nginx, goal)
            if not seconds:
                yield _one_tile(pair)
                yield from _many_tiles(pair)


@contextmanager
def _pair(folder: Path, seconds: float, cookies: HeatmapCookies) -> Iterator[_Pair]:
    port = free_port()
    with ExitStack() as stack:
        host = stack.enter_context(fast.running(folder, seconds))
        own = {"PATH": "/usr/bin", "HOME": str(folder)}
        ours = stack.enter_context(serving(own | host.environment()))
        settings = _NGINX.format(folder=folder, host=host, port=port, cookies=cookies.header())
        (folder / "nginx.conf").write_text(settings)
        command = [shutil.which("nginx") or "", "-e", "stderr", "-c", str(folder / "nginx.conf")]
        with subprocess.Popen(command) as nginx:
            try:
                time.sleep(0.5)  # until it listens
                yield _Pair(host, ours, f"http://127.0.0.1:{port}")
            finally:
                nginx.terminate()


def _fetch(url: str, number: int = TILES) -> float:
    """Fetch tiles, eight at a time, and return the seconds that it took."""
    start = time.perf_counter()
    asyncio.run(_ask(url, number))
    return time.perf_counter() - start


async def _ask(url: str, number: int) -> None:
    numbers = iter(range(number))

    async def work(client: aiohttp.ClientSession) -> None:
        for each in numbers:
            async with client.get(f"{url}/all/hot/12/{each % 4096}/{each // 4096}.png") as answer:
                assert await answer.read() == fast.TILE

    async with aiohttp.ClientSession() as client:
        await asyncio.gather(*(work(client) for _ in range(8)))


def _one_tile(pair: _Pair) -> str:
    """Fetch one tile after the other, in turns with the host itself."""

    async def measure() -> tuple[list[float], list[float]]:
        tls = ssl.create_default_context(cafile=str(pair.host.ca))
        connector = aiohttp.TCPConnector(ssl=tls)
        urls = pair.ours.url, f"https://127.0.0.1:{pair.host.tls_port}"
        taken: tuple[list[float], list[float]] = ([], [])
        async with aiohttp.ClientSession(connector=connector) as client:
            for each in range(200):
                for url, series in zip(urls, taken, strict=True):
                    start = time.perf_counter()
                    async with client.get(f"{url}/all/hot/12/{each}/0.png") as answer:
                        await answer.read()
                    series.append(time.perf_counter() - start)
        return taken

    ours, direct = asyncio.run(measure())
    allowed = [seconds + 0.003 for seconds in direct]
    return comparison("serve: one tile", "the host itself, and 3 ms", ours, allowed, 1)


def _many_tiles(pair: _Pair) -> Iterator[str]:
    """Fetch very many tiles, and look at the memory before and after most of them."""
    process = psutil.Process(pair.ours.process.pid)
    _fetch(pair.ours.url, 2_000)
    before, counts = process.memory_info().rss / 1e6, pair.host.counts()
    _fetch(pair.ours.url, 18_000)
    after = process.memory_info().rss / 1e6
    # No new connection, and nothing but tiles.
    assert pair.host.counts() == counts | {"tiles": counts["tiles"] + 18_000}
    yield comparison("serve: memory", "60 MB", [after], [60], 1, "MB")
    yield comparison("serve: memory after 20000 tiles", "after 2000", [after], [before], 1.03, "MB")
