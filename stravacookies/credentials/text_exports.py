"""Find Strava's cookies in exported and pasted text, in every form except JSON."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from stravacookies.heatmap import CURRENT
from stravacookies.strava.cookies import EXPIRES, is_cookie_value
from stravacookies.strava.session import SESSION, SESSION_COOKIES

NAMES = (*SESSION_COOKIES, *CURRENT.cookies, EXPIRES)
"""The cookies to look for."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie as a form states it; what it does not state is empty. `repr` hides its value.

    Attributes:
        name: One of `NAMES`.
        value: Its value.
        site: The host that a request sent it to, or the site that it was listed under.
        domain: Its own domain or host.
        expires: When it expires: a Unix time or a date.
        is_partitioned: Whether it was set inside another site's page.
        is_in_container: Whether it was in a container or a private window.
        turn: Its place in the order of time; the same for all if the form has no such order.
    """

    name: str
    value: str = field(repr=False)
    site: str = ""
    domain: str = ""
    expires: str = ""
    is_partitioned: bool = False
    is_in_container: bool = False
    turn: int = 0


class Found(NamedTuple):
    """The form of a text, as people call it, and the cookies in it; None if it is damaged."""

    form: str
    cookies: list[Cookie] | None


_NETSCAPE_TITLE = re.compile(r"#\s*(Netscape )?HTTP Cookie File", re.IGNORECASE)
_NETSCAPE_ROW = re.compile(
    r"""^[^\S\n]*(?:\#HttpOnly_)?([^\s#]\S*)[^\S\n]+(?:TRUE|FALSE)[^\S\n]+\S+[^\S\n]+(?:TRUE|FALSE)
    [^\S\n]+(?:(-?\d\S*|[a-z]{1,9})[^\S\n]+)?(\S+)(?:[^\S\n]([^\t\n]*))?""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)


def read_netscape(text: str) -> Found | None:
    """Read Netscape's cookies.txt: seven columns, with tabs or spaces between them.

    Source: https://curl.se/docs/http-cookies.html
    """
    rows = _NETSCAPE_ROW.findall(text)
    if not rows and not _NETSCAPE_TITLE.match(text):
        return None
    cookies = [
        Cookie(name, value.strip().strip("\"'"), domain=host_of(domain), expires=expires)
        for domain, expires, name, value in rows
        if name in NAMES
    ]
    return Found("a cookies.txt", cookies)


_ROW_OF_TOOLS = "a row of the browser's developer tools"
_STORAGE_ROW = re.compile(
    r"^(\S+)[ \t]+(\S+)[ \t]+(\.?(?:[\w-]+\.)+[a-z]{2,})[ \t]+/\S*(?:[ \t]+(\d+-\d+-\S+))?(.*)",
    re.IGNORECASE | re.MULTILINE,
)


def read_storage_rows(text: str) -> Found | None:
    """Read rows as Chrome and Safari copy them: name, value, domain, path, expiry and more."""
    rows = _STORAGE_ROW.findall(text)
    cookies = [
        Cookie(name, value, "", host_of(domain), expires, is_partitioned="http" in rest)
        for name, value, domain, expires, rest in rows
        if name in NAMES
    ]
    return Found(_ROW_OF_TOOLS, cookies) if cookies or _STORAGE_ROW.match(text) else None


_FORMS = {
    "a cURL command": r"[$>#%\s]*curl(\.exe)?\s",
    "a call of fetch": r"(await )?fetch\(",
    "a PowerShell command": r"\$session\b|Invoke-(WebRequest|RestMethod)\b",
    "a request": r"([A-Z]+ \S+ )?HTTP/\d|:authority\b|Host:",
    _ROW_OF_TOOLS: r'[\w.-]+:"',  # of Firefox
    "a header": r"[\"']?((set-)?cookie\d?\s*[:\n]|[\w.-]{1,40}=[^\s;]*(;|\Z))",
}
"""What a text of a form begins with."""

_REQUEST_START = re.compile(
    r"^(?=[$>#%\t ]*(?:curl|(?:await )?fetch\(|\$session = |[A-Z]+ \S+ HTTP/))", re.MULTILINE
)
# The host of a request has a line of its own; or it is in the first URL, except those in headers.
_REQUEST_HOST = re.compile(
    r"""^[<>\ ]*(?:host|:authority|domain|request\ url):?\s*["']?([^\s"',;]+)
    |\bcurl(?:\.exe)?\ +["']?((?:[\w-]+\.)+[a-z]{2,})
    |(?<![:=]\ )(?<![:=])["'\s](https?://[^\s"']+)""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_POWERSHELL_COOKIE = re.compile(
    r"Net\.Cookie\(\s*[\"']([^\"']*)[\"'],\s*[\"']([^\"']*)[\"'],"
    r"\s*[\"'][^\"']*[\"'],\s*[\"']([^\"']*)"
)


def read_form(text: str) -> Found | None:
    """Recognise a form by its beginning, whether or not there are cookies of ours in it."""
    form = next((form for form, start in _FORMS.items() if re.match(start, text, re.I)), None)
    return Found(form, []) if form else None


def read_requests(text: str) -> Found | None:
    """Read requests and headers, as browsers copy them, and `name=value` in any other text."""
    cookies: list[Cookie] = []
    if any(name in text for name in NAMES):
        for number, request in enumerate(_REQUEST_START.split(_without_escapes(text))):
            host = _REQUEST_HOST.search(request)
            site = host_of(host[1] or host[2] or host[3]) if host else ""
            cookies += from_lines(request, site, 2 * number)
            cookies += [
                Cookie(name, value, site, host_of(domain), turn=2 * number)
                for name, value, domain in _POWERSHELL_COOKIE.findall(request)
                if name in NAMES
            ]
    form = read_form(text)
    return Found(form.form if form else "text", cookies) if cookies else None


def _without_escapes(text: str) -> str:
    """Resolve the escapes of Windows' command line, JavaScript, bash and URLs."""
    if re.search(r"\^(\"|\r?$)", text, re.MULTILINE):
        text = re.sub(r"\^(.)", r"\1", text)
    text = text.replace('"%"', "%")  # as Firefox writes it for Windows
    if f"{SESSION}=" not in text and f"{SESSION}%3D" in text:  # not only a value is escaped
        text = unquote(text)
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


_PAIR = re.compile(
    rf"(?<![\w.-])({'|'.join(NAMES)})[\"'\\]*[ \t]*(?:=>?|:)[ \t]*[\"'\\]*([^\s\"';,\\]*)"
)
_SET_COOKIE = re.compile(r"set-?cookie\d?\W+\Z", re.IGNORECASE)
_ATTRIBUTE = re.compile(r";\s*(domain|expires|partitioned)\b(?:=([^;]*))?", re.IGNORECASE)


def from_lines(text: str, site: str, turn: int) -> Iterator[Cookie]:
    """Yield the cookies that stand anywhere in lines as `name=value`, or with a colon.

    Args:
        text: Headers, for example; one that sets a cookie may have its attributes.
        site: The host that they were sent to, if known.
        turn: The place of the request in the order of time; that of the answer is the next one.
    """
    for line in text.splitlines():
        pairs = list(_PAIR.finditer(line))
        if pairs and _SET_COOKIE.search(line[: pairs[0].start()]):
            name, value = pairs[0].groups()
            stated = {key.lower(): text for key, text in _ATTRIBUTE.findall(line)}
            domain, expires = host_of(stated.get("domain", "")), stated.get("expires", "")
            is_partitioned = "partitioned" in stated
            yield Cookie(name, value, site, domain, expires, is_partitioned, turn=turn + 1)
        else:
            yield from (Cookie(pair[1], pair[2], site, turn=turn) for pair in pairs)


_BETWEEN = r"(?:[^\w.%+~/-]|->|/(?!\w)|</?\w[^<>]{0,40}>|(?i:value|content)\b){1,40}"
_FIELDS = re.compile(
    rf"""(?<![\w.-])({"|".join(NAMES)})(?![\w.-])
    (?:{_BETWEEN}|(?:(?!{"|".join(NAMES)})[^{{}}]){{1,400}}?\b(?i:value|content)\b{_BETWEEN})
    ([^\s"'<>,;|*`()\[\]{{}}\\\0\ufffd]{{16,}})  # what is shorter could be a word of a sentence""",
    re.VERBOSE,
)


def read_fields(text: str) -> Found | None:
    """Read a name with its value behind it, as in tables, CSV, YAML and XML."""
    cookies = [Cookie(name, value) for name, value in _FIELDS.findall(text)]
    return Found("text", cookies) if cookies else None


_AROUND = " \t\n\"'`;,<>"
_MORE = re.compile(r"(?:\s*[\w-]+(?:=[^;]*)?(?:;|\Z))*+")
_OTHER = re.compile(
    r"strava_|strava4_|strava\.com|@|\A(?:[/~.$]|[a-z]:/)|\.(?:txt|json|har)\Z", re.IGNORECASE
)
"""What is in names, addresses, variables and paths."""
_VARIABLE = re.compile(r"(?:(?:export|set) |\$env:)?\"?STRAVA_SESSION ?= ?(\S+)", re.IGNORECASE)


def read_variable(text: str) -> Found | None:
    """Read the line that sets STRAVA_SESSION in a shell."""
    line = _VARIABLE.fullmatch(text.strip(_AROUND))
    return read_value(line[1]) if line else None


def read_value(text: str) -> Found | None:
    """Read the bare value of `_strava4_session`, in quotes or with the rest of a header, too."""
    value, _, more = text.strip(_AROUND).partition(";")
    value = value.strip(_AROUND)
    known = is_cookie_value(value) and not _OTHER.search(value) and _MORE.fullmatch(more)
    return Found("a value", [Cookie(SESSION, value)]) if known else None


def host_of(text: str) -> str:
    """Return the host of a URL, or a host or domain without its port, in lower case."""
    found = re.match(r"(?:\w+://)?(?:[^/@]*@)?([^/:?#]*)", text.strip(" \"'"))
    return found[1].lower().rstrip(".") if found else ""
