"""What a newcomer sees in the terminal, as a picture that a real Chromium takes."""

from html import escape
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests import josm_app, page_app, screen
from tests.command import require
from tests.credentials.browser_stores import add, create
from tests.standin.strava import Strava
from tests.terminal import converse

pytestmark = pytest.mark.browser

PAGE = """<!DOCTYPE html><meta charset="utf-8">
<style>
body { margin: 0; background: #1d1f27; color: #e4e4e8 }
pre { display: inline-block; margin: 0; padding: 16px 20px; font: 14px/20px monospace }
i { color: #8fd18f; font-style: normal }
</style>
<pre><b><i>$</i> make josm-prefs</b>
OUTPUT</pre>"""


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Require Chromium."""
    require(page_app.missing_parts())


def test_picture_of_first_run(
    environment: dict[str, str], josm_directory: Path, home: Path, strava: Strava, pictures: Path
) -> None:
    """Someone who is logged in to Strava with Firefox is asked nothing, and reads what to do."""
    (josm_directory / "preferences.xml").write_text(josm_app.preferences(remote_port=1))
    with create(home / ".mozilla/firefox/abc.default") as store:
        add(store, value=strava.open_session())
        code, printed = converse(environment, [], "josm-prefs")
    shown = printed.replace(str(home), "/home/you")
    with page_app.new_page(device_scale_factor=2) as page:
        page.set_content(PAGE.replace("OUTPUT", escape(shown.rstrip())))
        picture = Image.open(BytesIO(page.locator("pre").screenshot()))
    screen.save(picture, pictures / "first-run.png")

    assert 0 == code, printed
    assert shown.startswith("stravacookies: Logged in to Strava with Firefox.\r\n")
    assert "is ready for JOSM, in /home/you/.config/JOSM:\r\n" in shown
    assert "\x1b" not in shown  # the picture would need its colours
