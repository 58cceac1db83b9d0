"""Where browsers keep their profiles, on each system."""

from pathlib import Path

import yt_dlp.cookies

from stravacookies.computer import Computer
from stravacookies.credentials.browser_folders import BROWSERS, FIREFOX_FAMILY, folders

FOLDERS = """
linux firefox .config/mozilla/firefox
linux firefox .mozilla/firefox
linux firefox .var/app/org.mozilla.firefox/config/mozilla/firefox
linux firefox .var/app/org.mozilla.firefox/.mozilla/firefox
linux firefox snap/firefox/common/.config/mozilla/firefox
linux firefox snap/firefox/common/.mozilla/firefox
linux librewolf .config/librewolf/librewolf
linux librewolf .librewolf
linux librewolf .var/app/io.gitlab.librewolf-community/config/librewolf/librewolf
linux librewolf .var/app/io.gitlab.librewolf-community/.librewolf
linux zen .config/zen
linux zen .zen
linux zen .var/app/app.zen_browser.zen/config/zen
linux zen .var/app/app.zen_browser.zen/.zen
linux floorp .config/floorp
linux floorp .floorp
linux floorp .var/app/one.ablaze.floorp/config/floorp
linux floorp .var/app/one.ablaze.floorp/.floorp
linux waterfox .waterfox
linux waterfox .var/app/net.waterfox.waterfox/.waterfox
linux chrome .config/google-chrome
linux chrome .var/app/com.google.Chrome/config/google-chrome
linux chromium .config/chromium
linux chromium .var/app/org.chromium.Chromium/config/chromium
linux chromium snap/chromium/common/chromium
linux opera .config/opera
linux opera .var/app/com.opera.Opera/config/opera
linux opera snap/opera/current/.config/opera
linux vivaldi .config/vivaldi
linux vivaldi .var/app/com.vivaldi.Vivaldi/config/vivaldi
linux vivaldi snap/vivaldi/current/.config/vivaldi
darwin firefox Library/Application Support/Firefox
darwin librewolf Library/Application Support/librewolf
darwin edge Library/Application Support/Microsoft Edge
darwin safari Library/Cookies
darwin safari Library/Containers/com.apple.Safari/Data/Library/Cookies
win32 waterfox AppData/Roaming/Waterfox
win32 chrome AppData/Local/Google/Chrome/User Data
win32 opera AppData/Roaming/Opera Software/Opera Stable
"""


def test_folders() -> None:
    """Each system has its folders; Snap and Flatpak have their own, and a user may move some."""
    home, lines = Path("/home/m"), FOLDERS.strip().splitlines()
    places = dict.fromkeys(tuple(line.split()[:2]) for line in lines)
    found = [
        (place, folder)
        for place in places
        for folder in folders(place[1], Computer(place[0], {}, home))
    ]
    environ = {"XDG_CONFIG_HOME": "/x", "APPDATA": "/r", "LOCALAPPDATA": "/l"}
    linux, windows = Computer("linux", environ, home), Computer("win32", environ, home)

    assert lines == [f"{' '.join(place)} {each.relative_to(home)}" for place, each in found]
    assert Path("/x/opera") == folders("opera", linux)[0]
    assert [Path("/r/Opera Software/Opera Stable")] == folders("opera", windows)
    assert Path("/l/Packages") in folders("firefox", windows)[1].parents
    assert yt_dlp.cookies.CHROMIUM_BASED_BROWSERS | {*FIREFOX_FAMILY, "safari"} == {*BROWSERS}
