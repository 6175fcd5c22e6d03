#!/usr/bin/env python3
# executed_sections.py MAP RUN EXEC OTHERS...: the linker's input sections in which the addresses lie that these files
# have, as lines of a linker script: so that what RUN has is in one piece, and what EXEC has, each in the order of the
# first time. MAP is what ld -Map writes.
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


def executed(path):
    found = {}  # in order
    for line in open(path):
        address = int(line, 16)
        at = bisect.bisect_right(begins, address) - 1
        if at >= 0 and address < sections[at][1]:
            found[sections[at][2]] = True
    return found


run, exec_ = executed(sys.argv[2]), executed(sys.argv[3])
order = [section for section in run if section not in exec_]
order += [section for section in exec_ if section in run]
order += [section for section in exec_ if section not in run]
for path in sys.argv[4:]:
    order += [section for section in executed(path) if section not in order]
for section in order:
    print("    " + section)
