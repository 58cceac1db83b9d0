"""The texts that templates make, compared with the same texts made without any."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

from benchmarks import plain
from benchmarks.processes import Series, Taken
from benchmarks.table import compared
from stravacookies import cartograph, render
from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import TODAY, default_show
from stravacookies.output import ENTRY_SET, write
from tests.standin.signing import Signer
from tests.standin.strava import DAY

LAYERS = TODAY.layers()
SHOWN = default_show(LAYERS)


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Measure how long the texts take, and how large they are.

    Args:
        folder: Where there is nothing yet.
        runs: How often the texts are made.
    """
    cookies = real_size_cookies()
    series = Series(), Series()
    # The compiled templates are kept here, and nothing of the user's is met.
    with patch.dict(os.environ, {"HOME": str(folder), "XDG_CACHE_HOME": str(folder)}):
        for run in range(runs + 1):
            ours, seconds = timed(lambda: with_templates(cookies))
            same, others = timed(lambda: without(cookies))
            assert ours == same
            if run:  # the templates are warm
                series[0].runs.append(Taken(seconds))
                series[1].runs.append(Taken(others))
        write(folder, LAYERS, SHOWN, cookies, force=True)
    yield compared(
        f"rendering {len(LAYERS)} entries and 7 files",
        "the same in plain Python",
        series[0].times(series[1]),
        3,
        series[0].seconds * 1000,
        "ms",
        runs,
    )
    size = (folder / ENTRY_SET).stat().st_size
    least = len(cookies.header()) * len(LAYERS)
    what, against = f"size of {ENTRY_SET}", f"cookies x {len(LAYERS)}"
    yield compared(what, against, size / least, 1.6, size / 1000, "kB", 1)


def with_templates(cookies: HeatmapCookies) -> list[str]:
    """Make all texts as a run does."""
    sources = cartograph.by_file(LAYERS).values()
    return [
        render.josm_entry_set(LAYERS, SHOWN, cookies),
        *(render.cartograph_map_source(layers, cookies) for layers in sources),
    ]


def without(cookies: HeatmapCookies) -> list[str]:
    """Make the same texts in plain Python."""
    sources = cartograph.by_file(LAYERS).values()
    return [
        plain.entry_set(LAYERS, SHOWN, cookies),
        *(plain.map_source(layers, cookies) for layers in sources),
    ]


def timed(make: Callable[[], list[str]]) -> tuple[list[str], float]:
    """Make texts, and tell how many seconds that took."""
    start = time.perf_counter()
    texts = make()
    return texts, time.perf_counter() - start


def real_size_cookies() -> HeatmapCookies:
    """Cookies as long as Strava's, which last for a day."""
    signer, expires = Signer(), int(time.time()) + DAY
    signed = signer.cloudfront("https://*.strava.com/identified/*", expires)
    values = {f"CloudFront-{name}": value for name, value in signed.items()}
    values["_strava_idcf"] = signer.token(4242, expires)
    return HeatmapCookies.from_values(values)
