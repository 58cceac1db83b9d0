"""Where browsers keep their profiles, as data."""

from pathlib import Path

from stravacookies.computer import Computer

_LINUX = {
    # Firefox 147 and newer, and older ones; the same for Flatpak and Snap
    "firefox": (
        "{config}/mozilla/firefox",
        "{home}/.mozilla/firefox",
        "{flatpak}/org.mozilla.firefox/config/mozilla/firefox",
        "{flatpak}/org.mozilla.firefox/.mozilla/firefox",
        "{home}/snap/firefox/common/.config/mozilla/firefox",
        "{home}/snap/firefox/common/.mozilla/firefox",
    ),
    "librewolf": (
        "{config}/librewolf/librewolf",
        "{home}/.librewolf",
        "{flatpak}/io.gitlab.librewolf-community/config/librewolf/librewolf",
        "{flatpak}/io.gitlab.librewolf-community/.librewolf",
    ),
    "zen": (
        "{config}/zen",
        "{home}/.zen",
        "{flatpak}/app.zen_browser.zen/config/zen",
        "{flatpak}/app.zen_browser.zen/.zen",
    ),
    "floorp": (
        "{config}/floorp",
        "{home}/.floorp",
        "{flatpak}/one.ablaze.floorp/config/floorp",
        "{flatpak}/one.ablaze.floorp/.floorp",
    ),
    "waterfox": ("{home}/.waterfox", "{flatpak}/net.waterfox.waterfox/.waterfox"),
    "chrome": ("{config}/google-chrome", "{flatpak}/com.google.Chrome/config/google-chrome"),
    "chromium": (
        "{config}/chromium",
        "{flatpak}/org.chromium.Chromium/config/chromium",
        "{home}/snap/chromium/common/chromium",
    ),
    "brave": (
        "{config}/BraveSoftware/Brave-Browser",
        "{flatpak}/com.brave.Browser/config/BraveSoftware/Brave-Browser",
        "{home}/snap/brave/current/.config/BraveSoftware/Brave-Browser",
    ),
    "edge": ("{config}/microsoft-edge", "{flatpak}/com.microsoft.Edge/config/microsoft-edge"),
    "opera": (
        "{config}/opera",
        "{flatpak}/com.opera.Opera/config/opera",
        "{home}/snap/opera/current/.config/opera",
    ),
    "safari": (),
    "vivaldi": (
        "{config}/vivaldi",
        "{flatpak}/com.vivaldi.Vivaldi/config/vivaldi",
        "{home}/snap/vivaldi/current/.config/vivaldi",
    ),
    "whale": ("{config}/naver-whale",),
}

_MAC = {
    "firefox": ("{support}/Firefox",),
    "librewolf": ("{support}/librewolf",),
    "zen": ("{support}/zen",),
    "floorp": ("{support}/Floorp",),
    "waterfox": ("{support}/Waterfox",),
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
        "{roaming}/Mozilla/Firefox",
        "{local}/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox",
    ),
    "librewolf": ("{roaming}/librewolf",),
    "zen": ("{roaming}/zen",),
    "floorp": ("{roaming}/Floorp",),
    "waterfox": ("{roaming}/Waterfox",),
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
"""The browsers that can be read; those that yt-dlp reads have its names."""

FIREFOX_FAMILY = ("firefox", "librewolf", "zen", "floorp", "waterfox")
"""The browsers that keep cookies as Firefox does, unencrypted."""


def display_name(browser: str) -> str:
    """Return a browser's name as people write it."""
    return "LibreWolf" if browser == "librewolf" else browser.capitalize()


def folders(browser: str, computer: Computer) -> list[Path]:
    """List the folders in which a browser may keep its profiles.

    Sources: https://chromium.googlesource.com/chromium/src/+/HEAD/docs/user_data_dir.md,
    https://support.mozilla.org/kb/profiles-where-firefox-stores-user-data,
    https://docs.flatpak.org/en/latest/conventions.html#xdg-base-directories,
    https://github.com/largestgithubuseronearth/addwater/issues/105 (LibreWolf),
    https://github.com/noctalia-dev/noctalia/issues/1839 (Zen),
    https://github.com/BrowserWorks/waterfox/issues/4418 (Waterfox),
    https://github.com/Homebrew/homebrew-cask/tree/HEAD/Casks (macOS)
    """
    table = {"win32": _WINDOWS, "darwin": _MAC}.get(computer.platform, _LINUX)
    home = computer.home
    places = {
        "home": home,
        "flatpak": home / ".var" / "app",
        "config": computer.config,
        "support": home / "Library" / "Application Support",
        "roaming": computer.roaming,
        "local": computer.environ.get("LOCALAPPDATA") or home / "AppData" / "Local",
    }
    return [Path(folder.format_map(places)) for folder in table[browser]]
