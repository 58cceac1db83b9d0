"""Strava's login page: its form, and what the answer to it means."""

import re
from typing import TYPE_CHECKING

from stravacookies.errors import RUN_LOGIN, LoginRefusedError
from stravacookies.strava.http import Answer
from stravacookies.strava.session import is_strava

if TYPE_CHECKING:
    from lxml.html import FormElement, HtmlElement

_LOGIN_PATH = r"(?i)(^|/)login(/|$)"

_ONE_TIME_CODE = r"\b(otp|mfa|code|one-time-code)\b"
"""The names of paths and fields where Strava asks for a code that it sends by mail."""

_FIREWALL = "Strava's firewall blocks programs on the login page ({status})."
_FIREWALL_STATUSES = (202, 403, 405)
"""A challenge, a refusal, and a captcha.

Source: https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-how-it-works.html
"""

_NO_FORM = "Strava's login page no longer has a form for email and password."
_CAPTCHA = "Strava asks for a captcha, which only a person in a browser can solve."
_CODE = "Strava asks for a one-time code, which it sends by mail, instead of a password."
_REFUSED = (
    "Strava refused the login: the email or the password is wrong, or an invisible captcha turned"
    " this program away. Do not try often: Strava locks accounts."
)


def form_fields(page: Answer) -> dict[str, str]:
    """Return the fields of the login form, as a browser would send them if it is not filled in."""
    _check_firewall(page)
    page.expect_ok()
    document = _parse_html(page.body)
    form = _login_form(document)
    if form is None:
        raise _refusal(_obstacle(document))
    if _has_captcha(form):
        raise _refusal(_CAPTCHA)
    fields = dict(form.form_values())
    for token in document.xpath("//meta[@name='csrf-token']/@content"):
        fields.setdefault("authenticity_token", token)
    return fields


def check_answer(answer: Answer) -> None:
    """Raise a `LoginRefusedError` if the answer to a login is a refusal."""
    _check_firewall(answer)
    if answer.redirect is None:
        answer.expect_ok()
        document = _parse_html(answer.body)
        form_again = _login_form(document) is not None and not _has_captcha(document)
        raise _refusal(_REFUSED if form_again else _obstacle(document))
    if _redirects_to(answer, _ONE_TIME_CODE):
        raise _refusal(_CODE)
    if is_redirect_to_login(answer):
        raise _refusal(_REFUSED)


def _refusal(finding: str) -> LoginRefusedError:
    advice = f"The session from your browser works: log in there, then {RUN_LOGIN}."
    return LoginRefusedError(finding, advice)


def _check_firewall(answer: Answer) -> None:
    if answer.status in _FIREWALL_STATUSES:
        raise _refusal(_FIREWALL.format(status=answer.status))


def is_redirect_to_login(answer: Answer) -> bool:
    """Return whether an answer redirects to Strava's own login page."""
    return _redirects_to(answer, _LOGIN_PATH)


def _redirects_to(answer: Answer, path: str) -> bool:
    to = answer.redirect
    if to is None or to.scheme != "https" or not is_strava(to.hostname or ""):
        return False
    return bool(re.search(path, to.path))


def _login_form(document: "HtmlElement") -> "FormElement | None":
    """Find the form that takes an email and a password; prefer one that can remember the user."""
    forms = [form for form in document.forms if {"email", "password"} <= set(form.fields)]
    return next((form for form in forms if "remember_me" in form.fields), next(iter(forms), None))


def _obstacle(document: "HtmlElement") -> str:
    """Return the message for what a page asks for instead of a password."""
    if _has_captcha(document):
        return _CAPTCHA
    for element in document.iter("input"):
        name = element.get("name", "").replace("_", "-")
        if element.get("autocomplete") == "one-time-code" or re.search(_ONE_TIME_CODE, name):
            return _CODE
    return _NO_FORM


def _has_captcha(element: "HtmlElement") -> bool:
    """Return whether a part of a page contains a captcha of Google or hCaptcha.

    Sources: https://developers.google.com/recaptcha/docs/display, https://docs.hcaptcha.com
    """
    marks = "@data-sitekey or contains(@class, 'captcha') or contains(@name, 'aptcha')"
    return bool(element.xpath(f".//*[{marks} or contains(@src, 'captcha') and self::iframe]"))


def _parse_html(page: bytes) -> "HtmlElement":
    """Parse HTML, however broken; treat an empty page as one without elements."""
    from lxml import etree, html  # imported here: only a password login needs it

    # A parser of its own: the default one may still be at a page that was left behind.
    parser = html.HTMLParser()
    try:
        return html.document_fromstring(page, parser)
    except (etree.ParserError, ValueError):
        return html.document_fromstring("<html></html>")
