"""Registers an entry set in a file of JOSM's preferences, as `josm-prefs` does: FROM TO."""

import sys
from pathlib import Path

from benchmarks.peak import peak_memory
from stravacookies.files import replace_all
from stravacookies.josm.preferences import register

before, after = map(Path, sys.argv[1:])
replace_all({after: register(before.read_bytes(), "/home/mapper/JOSM/strava-heatmap.xml")})
print(peak_memory())
