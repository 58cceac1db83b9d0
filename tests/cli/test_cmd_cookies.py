"""`stravacookies cookies`: each format but the header, which test_cmd_josm_prefs.py uses."""

import json
import re
from datetime import datetime, timedelta
from http.cookiejar import MozillaCookieJar
from pathlib import Path

from stravacookies.heatmap import CURRENT
from tests.command import Run


def test_query(run_here: Run) -> None:
    """The query string is for the classic host."""
    outcome = run_here("cookies", "--format", "query")

    assert re.fullmatch(r"Key-Pair-Id=\w+&Policy=[\w~-]+&Signature=[\w~-]+\n", outcome.out)


def test_json(run_here: Run) -> None:
    """JSON has the cookies by name, and when they expire."""
    content = json.loads(run_here("cookies", "--format", "json").out)

    assert timedelta(0) == datetime.fromisoformat(content.pop("expires")).utcoffset()
    assert list(CURRENT.cookies) == list(content)


def test_netscape(run_here: Run, tmp_path: Path) -> None:
    """Python's own reader of cookies.txt reads what is printed."""
    path = tmp_path / "cookies.txt"
    path.write_text(run_here("cookies", "--format", "netscape").out)
    jar = MozillaCookieJar(path)
    jar.load()

    assert 4 == len(jar)
    assert {(".strava.com", True)} == {(cookie.domain, cookie.secure) for cookie in jar}
