"""Cookies in exported and pasted text that is not JSON."""

import pytest

from stravacookies.credentials.cookie_files import read_export

THREE = {"_strava4_session": "abc123", "strava_remember_id": "7", "strava_remember_token": "a.b.c"}
COOKIE = "_ga=1; " + "; ".join(f"{name}={value}" for name, value in THREE.items()) + "; sp=x"
FIRST = COOKIE.removeprefix("_ga=1; ")
LAST = COOKIE.removesuffix("; sp=x")

NETSCAPE = """# Netscape HTTP Cookie File
# https://curl.se/docs/http-cookies.html

#HttpOnly_.strava.com\tTRUE\t/\tTRUE\t4000000000\t_strava4_session\tabc123
.example.org\tTRUE\t/\tFALSE\t0\tname\ta value; of another site
.strava.com\tTRUE\t/\tTRUE\t0\tstrava_remember_id\t7
www.strava.com\tFALSE\t/\tTRUE\t0\tstrava_remember_token\ta.b.c
.notstrava.com\tTRUE\t/\tTRUE\t0\t_strava4_session\tevil
"""

CMD = """curl ^"https://www.strava.com/maps^" ^
  -H ^"accept: */*^" ^
  -b ^"_ga=GA1.1.1^%^3D; _strava4_session=abc^%^3D^%^3D; a=^\\^"b^\\^"^" ^
  -H ^"user-agent: Mozilla/5.0^"
"""
POWERSHELL = """$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession
$session.UserAgent = "Mozilla/5.0"
$session.Cookies.Add((New-Object System.Net.Cookie("_ga", "1", "/", ".strava.com")))
$session.Cookies.Add((New-Object System.Net.Cookie("_strava4_session", "abc123", "/", "{}")))
Invoke-WebRequest -UseBasicParsing -Uri "https://www.strava.com/maps" `
-WebSession $session
"""
FIREFOX_ROW = """_strava4_session:"abc123"
Created:"Thu, 26 Nov 2026 07:28:00 GMT"
Domain:"{}"
Expires / Max-Age:"Session"
HttpOnly:true
"""
CHROME_ROW = "_strava4_session\tabc123\t.strava.com\t/\t{}\t40\t✓\t✓\tLax\t{}\t\tMedium"
SET = "HTTP/2 200\nset-cookie: _strava4_session=abc123; path=/; secure; {}\n"


def read(text: str) -> tuple[str, dict[str, str]]:
    """Return the form of a text as an error names it, and the cookies in it."""
    export = read_export(text.encode())
    return export.why_not.partition(", but ")[0].removeprefix("is "), dict(export.cookies)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("a cookies.txt", NETSCAPE),
        ("a cookies.txt", NETSCAPE.replace("\n", "\r\n")),
        ("a cookies.txt", NETSCAPE.replace("\n", "\r")),
        ("a cookies.txt", NETSCAPE.expandtabs()),
        ("a cookies.txt", NETSCAPE.expandtabs().replace(" ", "\u00a0")),
        ("a cookies.txt", NETSCAPE.replace("\t0\t", "\t\t").replace("4000000000", "inf")),
        ("a cookies.txt", NETSCAPE.partition("\n\n")[2]),
        ("a header", COOKIE),
        ("a header", FIRST),
        ("a header", f"'{COOKIE}'"),
        ("a header", f"Cookie: {COOKIE}\n"),
        ("a header", f"cookie:\t{FIRST}\n"),
        ("a header", f"cookie\n{LAST}"),
        ("a cURL command", f"curl 'https://www.strava.com/maps' \\\n  -b '{FIRST}' \\\n  -v"),
        ("a cURL command", f"$ curl -H 'Cookie: {LAST}' https://www.strava.com/maps"),
        ("a cURL command", f'curl.exe "https://www.strava.com" ^\r\n  --cookie "{COOKIE}" ^\r\n'),
        ("a cURL command", f"curl --cookie={COOKIE.replace(' ', '')}"),
        ("a cURL command", f"curl https://www.strava.com -b $'\\u0021a=1; {LAST}'"),
        (
            "a call of fetch",
            f'await fetch("https://www.strava.com", {{\n  "headers": {{"referer": "https://x.org",\n'
            f'    "cookie": "{LAST}"\n  }}, "method": "GET"\n}});',
        ),
        ("a request", f"GET /maps HTTP/1.1\r\nHost: www.strava.com\r\nCookie: {LAST}\r\n\r\n"),
        ("a request", f":authority: www.strava.com\nreferer: https://x.org\ncookie: {COOKIE}"),
        (
            "a PowerShell command",
            'Invoke-WebRequest -Uri "https://www.strava.com" -Headers @{\n"Referer" ='
            f' "https://x.org"\n"Cookie" = "{LAST}"\n}}',
        ),
        ("text", "cookies = {\n" + "".join(f"    '{k}': '{v}',\n" for k, v in THREE.items()) + "}"),
    ],
)
def test_form_with_all_cookies(form: str, text: str) -> None:
    """The form is recognised, and cookies are found wherever in it they stand."""
    assert (form, THREE) == read(text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("a value", "abc123"),
        ("a value", " 'abc123';\n"),
        ("a value", '"abc123",'),
        ("a value", "\u200b\u201cabc123\u201d\u00a0"),
        ("a value", "abc123; Path=/; HttpOnly; sp=x"),
        ("a value", "STRAVA_SESSION=abc123"),
        ("a value", "export STRAVA_SESSION='abc123'\n"),
        ("a value", '$env:STRAVA_SESSION = "abc123"'),
        ("a value", 'set "STRAVA_SESSION=abc123"'),
        ("a header", "STRAVA_SESSION=_strava4_session=abc123"),
        ("a header", '_strava4_session="abc123"'),
        ("a header", "to=%3F_strava4_session%3Dx; _strava4_session=abc123"),
        ("a header", "_ga=1; _strava4_session=abc123; CloudFront-Policy=eyJTdGF0…"),
        ("a PowerShell command", POWERSHELL.format(".strava.com")),
        ("a row of the browser's developer tools", FIREFOX_ROW.format(".strava.com")),
        ("a row of the browser's developer tools", CHROME_ROW.format("Session", "")),
        (
            "a row of the browser's developer tools",
            CHROME_ROW.format("2096-11-26T07:28:00Z", "").expandtabs(),
        ),
        ("a request", SET.format("domain=.strava.com; expires=Sun, 26 Nov 2096 07:28:00 GMT")),
        ("text", '#LWP-Cookies-2.0\nSet-Cookie3: _strava4_session=abc123; domain=".strava.com"'),
        ("text", "[strava.com]\n_strava4_session = abc123"),
        ("text", "{a: 1, _strava4_session: 'abc123'}"),
        ("text", '$cookies = ["_strava4_session" => "abc123"]'),
        ("text", "a note:\nlook at www.strava.com /maps\n_strava4_session: abc123"),
        ("text", "_ga%3D1%3B%20_strava4_session%3Dabc123%3B%20sp%3Dx"),
        ("a cookies.txt", NETSCAPE.splitlines()[3].replace(".strava.com", "www.strava.com.")),
        # In the order of time, the last one counts.
        ("a request", "GET / HTTP/2\ncookie: _strava4_session=old\n" + SET.format("HttpOnly")),
        (
            "a cURL command",
            "curl 'https://www.strava.com/1' -b '_strava4_session=old' ;\n"
            "curl 'https://www.strava.com/2' -b '_strava4_session=abc123' ;\n"
            "curl 'https://www.example.org/' -b '_strava4_session=evil'",
        ),
        # The cookie of the whole domain comes before one of a host, in any order.
        ("a request", SET.format("domain=.strava.com") + SET.format("domain=www.strava.com")),
    ],
)
def test_form_with_a_session(form: str, text: str) -> None:
    """One session is found in what has only one cookie, or several of one name."""
    assert (form, {"_strava4_session": "abc123"}) == read(text)


LONG = "abcdefghij0123456789"


@pytest.mark.parametrize(
    "text",
    [
        f"domain,path,name,value\r\n.strava.com,/,_strava4_session,{LONG},1\r\n",
        f'"name";"value"\n"sp";"x"\n"_strava4_session";"{LONG}"',
        f"Name\tValue\nsp\tx\n_strava4_session\t{LONG}\n",
        f"_strava4_session\n{LONG}",
        f"cookies:\n  - key: _strava4_session\n    value: {LONG}\n    domain: strava.com",
        f"<cookie name='_strava4_session' value='{LONG}' secure='true'/>",
        f"**_strava4_session**: `{LONG}`",
        f"| name | value |\n|---|---|\n| _strava4_session | {LONG} | .strava.com |",
        f"_strava4_session -> {LONG}",
        f"_strava4_session|{LONG}|.strava.com|/",
        f"[domain=.strava.com; name=_strava4_session; value={LONG}]",
        f"│ _strava4_session │ {LONG} │",
        f"<key>Name</key><string>_strava4_session</string>\n<key>Value</key><string>{LONG}</string>",
        f"- name: _strava4_session\n  domain: .strava.com\n  path: /\n  value: {LONG}",
        f"<name>_strava4_session</name><value>{LONG}</value>",
        f"<name>_strava4_session</name><path>/</path><value>{LONG}</value>",
        f'// a comment\n[{{"name": "_strava4_session", "value": "{LONG}"}}]',
    ],
)
def test_value_behind_the_name(text: str) -> None:
    """In any text, what is as long as a session and follows its name is its value."""
    assert ("text", {"_strava4_session": LONG}) == read(text)


@pytest.mark.parametrize(
    "text", [CMD, 'curl.exe "https://www.strava.com" -H "Cookie: _strava4_session=abc"%"3D"%"3D"']
)
def test_escapes_of_windows(text: str) -> None:
    """The escapes of "Copy as cURL" for Windows are taken out, in Chrome's way and in Firefox's."""
    assert ("a cURL command", {"_strava4_session": "abc%3D%3D"}) == read(text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("a cookies.txt", NETSCAPE.replace("strava.com", "example.org")),
        ("a cookies.txt", "# HTTP Cookie File"),
        ("a cURL command", f"curl 'https://strava.com.example.org/' -b '{COOKIE}'"),
        ("a cURL command", f"curl -H 'referer: https://strava.com' -b '{COOKIE}' https://x.org"),
        ("a cURL command", f"curl https://www.strava.com@x.org/ -b '{COOKIE}'"),
        ("a cURL command", f"curl x.org/maps -b '{COOKIE}'"),
        ("a call of fetch", 'fetch("https://www.strava.com", {"credentials": "include"});'),
        ("a call of fetch", f'fetch("https://x.org", {{"headers": {{"cookie": "{COOKIE}"}}}})'),
        ("a request", f"GET / HTTP/1.1\nCookie: {COOKIE}\nHost: notstrava.com\n"),
        ("a request", SET.format("domain=notstrava.com")),
        ("a request", SET.format("Expires=Thu, 01 Jan 1970 00:00:00 GMT")),
        ("a request", SET.format("Partitioned")),
        ("a PowerShell command", POWERSHELL.format("notstrava.com")),
        ("a row of the browser's developer tools", FIREFOX_ROW.format("notstrava.com")),
        ("a row of the browser's developer tools", CHROME_ROW.replace(".strava", ".notstrava")),
        ("a row of the browser's developer tools", CHROME_ROW.format("2001-11-26T07:28:00Z", "")),
        (
            "a row of the browser's developer tools",
            CHROME_ROW.format("Session", "https://example.org"),
        ),
        ("a header", "_ga=1; sp=x"),
        ("a header", "STRAVA_SESSION=mapper@example.org"),
        ("a header", "x_strava4_session=a; _strava4_session.old=b; _strava4_sessions=c"),
    ],
)
def test_form_without_a_usable_cookie(form: str, text: str) -> None:
    """Cookies of other sites do not count, nor those that a browser would not send."""
    assert (form, {}) == read(text)
