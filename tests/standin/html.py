"""The pages of the stand-in's web site."""

import json

NOTE_COLOR = "#5b3d8f"
"""The colour behind the note on each page, which says that it is made up."""

_STYLE = (
    f"aside {{ background: {NOTE_COLOR} }}"
    + """
body { margin: 0; background: #f4f4f6; color: #222; font: 17px/1.5 sans-serif }
aside { padding: 10px; color: white; text-align: center }
form, main > p { max-width: 340px; margin: 16px auto; padding: 24px 32px; background: white }
form[action="/search"] { max-width: none; margin: 0; padding: 8px; text-align: right }
#login_form > * { display: block; width: 100%; margin: 14px 0; box-sizing: border-box }
input, button { padding: 8px; font: inherit; box-sizing: border-box }
#login_form label input:not([type=checkbox]) { display: block; width: 100% }
"""
)

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><title>Strava (made up)</title><meta name="csrf-token" content="{token}">
<style>{style}</style></head>
<body>
<aside>This is a stand-in for Strava, made for tests</aside>
<form action="/search" method="get"><input name="q"><button>Search</button></form>
<main>
{main}
</main>
</body>
</html>
"""

_LOGIN = """<form id="login_form" action="/session" method="post">
<input type="hidden" name="utf8" value="&#x2713;">
<input type="hidden" name="authenticity_token" value="{token}">
<label>Email <input type="email" name="email" autofocus></label>
<label>Password <input type="password" name="password"></label>
<label><input type="checkbox" name="remember_me" value="on"> Remember me</label>
{extra}
<button type="submit">Log In</button>
</form>"""

_CAPTCHA = '<div class="g-recaptcha" data-sitekey="made-up"></div>'

_CODE = """<form action="/session/code" method="post">
<p>We have sent a 6-digit code to your mail address.</p>
<input name="otp" inputmode="numeric" autocomplete="one-time-code" autofocus><button>Go on</button>
</form>"""

SIGN_UP = b"""<form action="/register" method="post">
<input name="email"><input type="password" name="password"><button>Sign up</button>
</form>"""


def login(token: str) -> bytes:
    """Return the login page. Its first form is a search."""
    return _page(token, _LOGIN.format(token=token, extra=""))


def login_with_captcha(token: str) -> bytes:
    """Return the login page with a captcha in the login form."""
    return _page(token, _LOGIN.format(token=token, extra=_CAPTCHA))


def login_by_itself(token: str, email: str, password: str) -> bytes:
    """Return a page, not one of Strava's, on which a browser fills in and sends the form."""
    script = f"""<script>
    const form = document.getElementById("login_form");
    form.email.value = {json.dumps(email)};
    form.password.value = {json.dumps(password)};
    form.remember_me.checked = true;
    form.submit();
    </script>"""
    return _page(token, _LOGIN.format(token=token, extra="") + script)


def captcha(token: str) -> bytes:
    """Return a page with a captcha and no login form."""
    return _page(token, f"<form>{_CAPTCHA}</form>")


def code(token: str) -> bytes:
    """Return a page that asks for the code from a mail."""
    return _page(token, _CODE)


def plain(text: str) -> bytes:
    """Return a page with a text and no login form."""
    return _page("", f"<p>{text}</p>")


def _page(token: str, main: str) -> bytes:
    return _PAGE.format(token=token, style=_STYLE, main=main).encode()
