"""Looks for input that breaks what reads files of others, guided by which code it reaches.

    python -m tests.fuzz preferences|export FOLDER [OPTION …]

What reached something new is kept in FOLDER for the next time. So is input that breaks something;
then it does not end with 0. The options are those of libFuzzer, such as `-max_total_time=60`, in
seconds.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["stravacookies"]):
    from stravacookies.josm.preferences import NEW, register
    from tests.properties import SITE, check_export, check_preferences

_SEEDS = {
    "preferences": [
        NEW,
        register(NEW, SITE),
        register(NEW, "/home/mapper/.josm/strava-heatmap.xml"),
        NEW.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    ],
    "export": [
        b'[{"name": "_strava4_session", "value": "a", "domain": ".strava.com"}]',
        b"#HttpOnly_.strava.com\tTRUE\t/\tTRUE\t0\t_strava4_session\ta",
        b"Cookie: _strava4_session=a; strava_remember_token=a.b.c; strava_remember_id=1",
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
    atheris.Setup([sys.argv[0], *options, broken, str(corpus)], _CHECKS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
