"""Where browsers keep their profiles, as data."""

from collections.abc import Mapping
from pathlib import Path

_LINUX = {
    # Firefox 147 and newer, older ones, Flatpaks of both, Snap
    "firefox": (
        "{config}/mozilla/firefox",
        "{home}/.mozilla/firefox",
        "{home}/.var/app/org.mozilla.firefox/config/mozilla/firefox",
        "{home}/.var/app/org.mozilla.firefox/.mozilla/firefox",
        "{home}/snap/firefox/common/.mozilla/firefox",
    ),
    "chrome": ("{config}/google-chrome", "{home}/.var/app/com.google.Chrome/config/google-chrome"),
    "chromium": (
        "{config}/chromium",
        "{home}/.var/app/org.chromium.Chromium/config/chromium",
        "{home}/snap/chromium/common/chromium",
    ),
    "brave": (
        "{config}/BraveSoftware/Brave-Browser",
        "{home}/.var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser",
        "{home}/snap/brave/current/.config/BraveSoftware/Brave-Browser",
    ),
    "edge": ("{config}/microsoft-edge", "{home}/.var/app/com.microsoft.Edge/config/microsoft-edge"),
    "opera": ("{config}/opera", "{home}/snap/opera/current/.config/opera"),
    "safari": (),
    "vivaldi": ("{config}/vivaldi", "{home}/snap/vivaldi/current/.config/vivaldi"),
    "whale": ("{config}/naver-whale",),
}

_MAC = {
    "firefox": ("{support}/Firefox/Profiles",),
    "chrome": ("{support}/Google/Chrome",),
    "chromium": ("{support}/Chromium",),
    "brave": ("{support}/BraveSoftware/Brave-Browser",),
    "edge": ("{support}/Microsoft Edge",),
    "opera": ("{support}/com.operasoftware.Opera",),
    "safari": (
        "{home}/Library/Cookies",
        "{home}/Library/Containers/com.apple.Safari/Data/Library/Cookies",
    ),
    "vivaldi": ("{support}/Vivaldi",),
    "whale": ("{support}/Naver/Whale",),
}

_WINDOWS = {
    "firefox": (
        "{roaming}/Mozilla/Firefox/Profiles",
        "{local}/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox/Profiles",
    ),
    "chrome": ("{local}/Google/Chrome/User Data",),
    "chromium": ("{local}/Chromium/User Data",),
    "brave": ("{local}/BraveSoftware/Brave-Browser/User Data",),
    "edge": ("{local}/Microsoft/Edge/User Data",),
    "opera": ("{roaming}/Opera Software/Opera Stable",),
    "safari": (),
    "vivaldi": ("{local}/Vivaldi/User Data",),
    "whale": ("{local}/Naver/Naver Whale/User Data",),
}

BROWSERS = tuple(_LINUX)
"""The browsers that can be read, by the names that yt-dlp has for them."""


def folders(browser: str, platform: str, environ: Mapping[str, str], home: Path) -> list[Path]:
    """List the folders in which a browser may keep its profiles.

    Sources: https://chromium.googlesource.com/chromium/src/+/HEAD/docs/user_data_dir.md,
    https://support.mozilla.org/kb/profiles-where-firefox-stores-user-data
    """
    table = {"win32": _WINDOWS, "darwin": _MAC}.get(platform, _LINUX)
    places = {
        "home": home,
        "config": environ.get("XDG_CONFIG_HOME") or home / ".config",
        "support": home / "Library" / "Application Support",
        "roaming": environ.get("APPDATA") or home / "AppData" / "Roaming",
        "local": environ.get("LOCALAPPDATA") or home / "AppData" / "Local",
    }
    return [Path(folder.format_map(places)) for folder in table[browser]]
