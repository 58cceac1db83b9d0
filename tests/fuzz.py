"""Searches for input that breaks what reads other programs' files, guided by the code it reaches.

    python -m tests.fuzz preferences|export FOLDER [OPTION …]

Input that reached something new is kept in FOLDER for the next time. So is input that breaks
something; then the exit code is not 0. The options are those of libFuzzer, such as
`-max_total_time=60` (seconds) or `-runs=100000`.

With an empty FOLDER, each search takes the same way: it begins with the same seeds, with
`-seed=1`, and ignores how long each input takes (`-entropic=0`). So no lucky find stops an
unrelated change in CI. `-seed=0` takes another way each time.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["stravacookies"]):
    from stravacookies.josm.preferences import NEW
    from tests.josm.documents import registered
    from tests.properties import SITE, check_export, check_preferences

_OLDER_SITE = "/home/mapper/.josm/strava-heatmap.xml"

_SEEDS = {
    "preferences": [NEW, registered(NEW, SITE), registered(NEW, _OLDER_SITE)],
    "export": [
        b'[{"name": "_strava4_session", "value": "a", "domain": ".strava.com"}]',
        b"#HttpOnly_.strava.com\tTRUE\t/\tTRUE\t0\t_strava4_session\ta",
        b"Cookie: _strava4_session=a; strava_remember_token=a.b.c; strava_remember_id=1",
        b'{"log": {"entries": [{"request": {"url": "https://www.strava.com", "headers": ['
        b'{"name": "cookie", "value": "_strava4_session=a"}]}}]}}',
        b"{'cookies': [{'Name raw': '_strava4_session', 'Content raw': 'a', 'expires': -1}]}",
        b'curl ^"https://www.strava.com^" ^\n  -b ^"_strava4_session=a^"',
        b"HTTP/2 200\nset-cookie: _strava4_session=a; domain=.strava.com; Partitioned",
        b'$session.Cookies.Add((New-Object System.Net.Cookie("_strava4_session", "a", "/", "b")))',
        b"_strava4_session\ta\t.strava.com\t/\t2096-11-26T07:28:00.000Z",
        b"0123456789abcdef0123456789abcdef",
    ],
}

_CHECKS = {
    "preferences": check_preferences,
    "export": lambda data: check_export(data.decode(errors="surrogateescape")),
}


def main(target: str, folder: Path, options: list[str]) -> None:
    """Fuzz one target until an option says that it is enough."""
    corpus = folder / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(_SEEDS[target]):
        (corpus / f"seed-{number}").write_bytes(seed)
    broken = f"-artifact_prefix={folder / target}-broken-by-"
    arguments = [sys.argv[0], "-seed=1", "-entropic=0", *options, broken, str(corpus)]
    atheris.Setup(arguments, _CHECKS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
