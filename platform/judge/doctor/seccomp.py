"""Check for the library that writes the jail's system-call filter."""

from __future__ import annotations

from judge.doctor.check import Check, failed, passed
from judge.home import Home


def check_seccomp(_home: Home) -> Check:
    """Libseccomp and its Python binding load."""
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as error:
        return failed("seccomp library", str(error), "sudo apt-get install libseccomp2")
    return passed("seccomp library", f"pyseccomp {pyseccomp.__version__} loads")
