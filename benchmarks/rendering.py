"""Rendering with templates, compared with making the same texts without them."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

from benchmarks import plain
from benchmarks.table import comparison
from stravacookies import cartograph
from stravacookies.heatmap import CURRENT, default_show
from stravacookies.josm import entry_set
from stravacookies.strava.cookies import HeatmapCookies
from tests.standin.signing import Signer
from tests.standin.strava import DAY

LAYERS = CURRENT.layers()
SHOWN = default_show(LAYERS)


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Measure how long the texts of a run take."""
    cookies = real_size_cookies()
    files = cartograph.by_file(LAYERS).values()

    def with_templates() -> list[bytes]:
        map_sources = cartograph.map_sources(LAYERS, cookies)
        return [entry_set.render(LAYERS, SHOWN, cookies), *map_sources.values()]

    def without() -> list[bytes]:
        map_sources = [plain.map_source(layers, cookies) for layers in files]
        texts = [plain.entry_set(LAYERS, SHOWN, cookies), *map_sources]
        return [text.encode() for text in texts]

    mark = entry_set.mark(LAYERS, SHOWN, cookies)
    taken = []
    # The compiled templates are kept in the folder.
    with patch.dict(os.environ, {"HOME": str(folder), "XDG_CACHE_HOME": str(folder)}):
        for _ in range(runs + 1):
            (made, seconds), (same, other) = timed(with_templates), timed(without)
            assert made == [same[0] + mark, *same[1:]]
            taken.append((seconds, other))
    ours, others = zip(*taken[1:], strict=True)  # the first run loads the templates
    what, against = f"rendering {len(LAYERS)} entries, {len(files)} files", "plain Python"
    yield comparison(what, against, ours, others, 3)


def timed(make: Callable[[], list[bytes]]) -> tuple[list[bytes], float]:
    """Make texts, and return them with the seconds that they took."""
    start = time.perf_counter()
    texts = make()
    return texts, time.perf_counter() - start


def real_size_cookies() -> HeatmapCookies:
    """Return cookies as long as Strava's, which last for a day."""
    signer, expires = Signer(), int(time.time()) + DAY
    signed = signer.cloudfront("https://*.strava.com/identified/*", expires)
    values = {f"CloudFront-{name}": value for name, value in signed.items()}
    values["_strava_idcf"] = signer.token(4242, expires)
    return HeatmapCookies.from_values(values)
