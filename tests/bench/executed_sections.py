#!/usr/bin/env python3
# executed_sections.py MAP ADDRESSES: the linker's input sections in which the addresses lie, as lines of a linker
# script, in the order of the addresses. MAP is what ld -Map writes.
import bisect
import re
import sys

sections = []  # begin, end, pattern
name = None
in_text = False
for line in open(sys.argv[1]):
    if not line.startswith(" "):
        in_text = line.startswith(".text")
    if not in_text:
        continue
    # " .text.NAME  0xADDRESS  0xSIZE  FILE"; a long name has a line of its own
    found = re.match(r"^ (\.text\S*)?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$", line)
    if found and (found[1] or name):
        section = found[1] or name
        begin, size = int(found[2], 16), int(found[3], 16)
        member = re.search(r"([^/]*\.a)\(([^)]*)\)", found[4])
        if section != ".text":
            pattern = "*(%s)" % section
        else:
            pattern = "*%s:%s(.text)" % (member[1], member[2]) if member else None
        if size and pattern:
            sections.append((begin, begin + size, pattern))
    alone = re.match(r"^ (\.text\S*)\s*$", line)
    name = alone[1] if alone else None

sections.sort()
begins = [section[0] for section in sections]
printed = set()
for line in open(sys.argv[2]):
    address = int(line, 16)
    at = bisect.bisect_right(begins, address) - 1
    if at < 0 or address >= sections[at][1] or sections[at][2] in printed:
        continue
    printed.add(sections[at][2])
    print("    " + sections[at][2])
