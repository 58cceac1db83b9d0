"""The least that a change of an XML file can take: lxml parses it and writes it. FROM TO."""

import sys

from lxml import etree

from benchmarks.peak import peak_memory

before, after = sys.argv[1:]
etree.parse(before).write(after, encoding="UTF-8", xml_declaration=True)
print(peak_memory())
