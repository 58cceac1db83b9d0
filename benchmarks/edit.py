"""Change a `preferences.xml`, and print the memory that it took: register|lxml FROM TO.

`register` does what `josm-prefs` does. `lxml` is the minimum for a change with a parser: parse the
file, and write it.
"""

import sys
from pathlib import Path

how, before, after = sys.argv[1:]
if how == "register":
    from stravacookies.files import replace_all
    from stravacookies.josm.preferences import read, register

    site = "/home/mapper/JOSM/strava-heatmap.xml"
    replace_all({Path(after): register(read(Path(before).read_bytes()), site)})
else:
    from lxml import etree

    etree.parse(before).write(after, encoding="UTF-8", xml_declaration=True)

# The peak of this process. What `resource.getrusage` reports includes that of its parent.
lines = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")))
