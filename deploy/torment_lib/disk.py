"""The switch of `deploy/faulty_disk.c`: arms and disarms the disk of one running node."""

import errno
import mmap
import os
import shutil
import struct
import subprocess

LAYOUT = struct.Struct("<iiiiqq")  # error, lasts, ops, tears, countdown, hits
WRITE, SYNC, TRUNCATE, CREATE = 1, 2, 4, 8

# Name of a fault to errno, calls, and whether it goes on until the disk is mended.
KINDS = {
    "full_once": (errno.ENOSPC, WRITE | CREATE, False),
    "full": (errno.ENOSPC, WRITE | CREATE, True),
    "write_error_once": (errno.EIO, WRITE, False),
    "write_error": (errno.EIO, WRITE, True),
    "sync_error_once": (errno.EIO, SYNC, False),
    "sync_error": (errno.EIO, SYNC, True),
    "truncate_error": (errno.EIO, TRUNCATE, True),
}


def build(source, target):
    """Compiles the shim, with Swift's own compiler where there is no other."""
    compiler = next((name for name in ("cc", "gcc", "clang") if shutil.which(name)), "cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", target, source, "-ldl"], check=True)


class FaultyDisk:
    def __init__(self, shim, control, folder):
        self.shim = shim
        self.control = control
        self.folder = folder
        with open(control, "wb") as file:
            file.write(bytes(4096))
        descriptor = os.open(control, os.O_RDWR)
        self.page = mmap.mmap(descriptor, 4096)
        os.close(descriptor)

    def environment(self):
        return {"LD_PRELOAD": self.shim, "FAULTY_DISK_CONTROL": self.control, "FAULTY_DISK_FOLDER": self.folder}

    def arm(self, kind, nth, tears):
        """The `nth` matching call from now on fails, from 1."""
        error, calls, lasts = KINDS[kind]
        # The error goes last: it is what arms.
        struct.pack_into("<iii", self.page, 4, lasts, calls, tears)
        struct.pack_into("<q", self.page, 16, nth - 1)
        struct.pack_into("<i", self.page, 0, error)

    def mend(self):
        struct.pack_into("<i", self.page, 0, 0)

    @property
    def hits(self):
        return LAYOUT.unpack_from(self.page, 0)[5]
