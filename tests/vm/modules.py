#!/usr/bin/env python3
"""modules.py FOLDER NAME...: the module files that the named modules need, in the order of loading.

What is not found as a file is taken as built in.
"""
import lzma
import os
import re
import subprocess
import sys


def content(path):
    if path.endswith(".xz"):
        return lzma.open(path).read()
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
    with open(path, "rb") as file:
        return file.read()


def needed_by(path):
    info = content(path)
    names = []
    for key in (rb"\0depends=([^\0]*)", rb"\0softdep=pre: ([^\0]*)"):
        for found in re.findall(key, info):
            names += [name for name in re.split("[, ]", found.decode()) if name]
    return names


def main():
    folder, wanted = sys.argv[1], sys.argv[2:]
    files = {}
    for directory, _, names in os.walk(folder):
        for name in names:
            match = re.match(r"(.+)\.ko(\.xz|\.zst)?$", name)
            if match:
                files[match[1].replace("-", "_")] = os.path.join(directory, name)
    order = []

    def add(name):
        path = files.get(name.replace("-", "_"))
        if not path or path in order:
            return
        for other in needed_by(path):
            add(other)
        order.append(path)

    for name in wanted:
        add(name)
    print("\n".join(order))


main()
