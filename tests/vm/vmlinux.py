#!/usr/bin/env python3
"""vmlinux.py BZIMAGE OUT: the uncompressed kernel inside a bzImage, which boots in half the time.

Documentation/arch/x86/boot.rst: setup_sects at 0x1f1, payload_offset at 0x248, payload_length at 0x24c.
"""
import lzma
import struct
import subprocess
import sys
import zlib

with open(sys.argv[1], "rb") as file:
    image = file.read()
start = (1 + (image[0x1F1] or 4)) * 512 + struct.unpack_from("<I", image, 0x248)[0]
payload = image[start:start + struct.unpack_from("<I", image, 0x24C)[0]]
if payload.startswith(b"\xfd7zXZ\0"):
    kernel = lzma.LZMADecompressor().decompress(payload)
elif payload.startswith(b"\x1f\x8b"):
    kernel = zlib.decompressobj(31).decompress(payload)
elif payload.startswith(b"\x28\xb5\x2f\xfd"):  # four bytes of length follow the frame
    kernel = subprocess.run(["zstd", "-dcq"], input=payload[:-4], stdout=subprocess.PIPE).stdout
else:
    sys.exit(f"unknown compression {payload[:6]!r}")
if not kernel.startswith(b"\x7fELF"):
    sys.exit("there is no ELF file inside")
with open(sys.argv[2], "wb") as file:
    file.write(kernel)
