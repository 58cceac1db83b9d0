"""The pages that the stand-in's web site shows."""

import json

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><title>Strava (made up)</title><meta name="csrf-token" content="{token}"></head>
<body>
<form action="/search" method="get"><input name="q"><button>Search</button></form>
{main}
</body>
</html>
"""

_LOGIN = """<form id="login_form" action="/session" method="post">
<input type="hidden" name="utf8" value="&#x2713;">
<input type="hidden" name="authenticity_token" value="{token}">
<input type="email" name="email"><input type="password" name="password">
<input type="checkbox" name="remember_me" value="on">
{extra}
<button type="submit">Log In</button>
</form>"""

_CAPTCHA = '<div class="g-recaptcha" data-sitekey="made-up"></div>'

_CODE = """<form action="/session/code" method="post">
<p>We have sent a 6-digit code to your mail address.</p>
<input name="otp" inputmode="numeric" autocomplete="one-time-code"><button>Go on</button>
</form>"""


SIGN_UP = b"""<form action="/register" method="post">
<input name="email"><input type="password" name="password"><button>Sign up</button>
</form>"""


def login(token: str) -> bytes:
    """The login page; its first form is not the one to log in with."""
    return _page(token, _LOGIN.format(token=token, extra=""))


def login_with_captcha(token: str) -> bytes:
    """The login page, with a captcha in the form."""
    return _page(token, _LOGIN.format(token=token, extra=_CAPTCHA))


def login_by_itself(token: str, email: str, password: str) -> bytes:
    """A page that is not Strava's: on it, a real browser fills in the form and sends it."""
    script = f"""<script>
    const form = document.getElementById("login_form");
    form.email.value = {json.dumps(email)};
    form.password.value = {json.dumps(password)};
    form.remember_me.checked = true;
    form.submit();
    </script>"""
    return _page(token, _LOGIN.format(token=token, extra="") + script)


def captcha(token: str) -> bytes:
    """A page that shows nothing but a captcha."""
    return _page(token, f"<form>{_CAPTCHA}</form>")


def code(token: str) -> bytes:
    """A page that asks for the code that was sent by mail."""
    return _page(token, _CODE)


def plain(text: str) -> bytes:
    """A page with a text and no form to log in with."""
    return _page("", f"<p>{text}</p>")


def _page(token: str, main: str) -> bytes:
    return _PAGE.format(token=token, main=main).encode()
