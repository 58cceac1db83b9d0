"""Where browsers keep their profiles, on each system."""

from pathlib import Path

import yt_dlp.cookies

from stravacookies.credentials.browser_folders import BROWSERS, folders

FOLDERS = """
linux firefox .config/mozilla/firefox
linux firefox .mozilla/firefox
linux firefox .var/app/org.mozilla.firefox/config/mozilla/firefox
linux firefox .var/app/org.mozilla.firefox/.mozilla/firefox
linux firefox snap/firefox/common/.mozilla/firefox
linux chrome .config/google-chrome
linux chrome .var/app/com.google.Chrome/config/google-chrome
linux chromium .config/chromium
linux chromium .var/app/org.chromium.Chromium/config/chromium
linux chromium snap/chromium/common/chromium
linux vivaldi .config/vivaldi
linux vivaldi snap/vivaldi/current/.config/vivaldi
darwin firefox Library/Application Support/Firefox/Profiles
darwin edge Library/Application Support/Microsoft Edge
darwin safari Library/Cookies
darwin safari Library/Containers/com.apple.Safari/Data/Library/Cookies
win32 chrome AppData/Local/Google/Chrome/User Data
win32 opera AppData/Roaming/Opera Software/Opera Stable
"""


def test_folders() -> None:
    """Each system has its folders; Snap and Flatpak have their own, and a user may move some."""
    home, lines = Path("/home/m"), FOLDERS.strip().splitlines()
    places = dict.fromkeys(tuple(line.split()[:2]) for line in lines)
    found = [(place, each) for place in places for each in folders(place[1], place[0], {}, home)]
    environ = {"XDG_CONFIG_HOME": "/x", "APPDATA": "/r", "LOCALAPPDATA": "/l"}

    assert lines == [f"{' '.join(place)} {each.relative_to(home)}" for place, each in found]
    assert Path("/x/opera") == folders("opera", "linux", environ, home)[0]
    assert [Path("/r/Opera Software/Opera Stable")] == folders("opera", "win32", environ, home)
    assert Path("/l/Packages") in folders("firefox", "win32", environ, home)[1].parents
    assert yt_dlp.cookies.SUPPORTED_BROWSERS == {*BROWSERS}
