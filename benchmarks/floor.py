"""The minimum that a refresh can take: import the libraries, and send the one request."""

import os

import jinja2  # noqa: F401 - only the import counts
import lxml.etree  # noqa: F401 - only the import counts
import requests

requests.head(
    "https://www.strava.com/maps",
    cookies={"_strava4_session": os.environ["STRAVA_SESSION"]},
    allow_redirects=False,
    timeout=20,
).raise_for_status()
