"""A seccomp filter that asks another process before each of a few system calls."""

from __future__ import annotations

import ctypes
import functools
import os
import tempfile

import pyseccomp

_SET_MODE_FILTER, _NEW_LISTENER = 1, 8
_INSTRUCTION_BYTES = 8

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


@functools.cache
def notify_filter(calls: tuple[str, ...]) -> tuple[bytes, int]:
    """The filter as BPF instructions, and the number of the call that puts it in force.

    Made before a fork, since that is no place to load a library.
    """
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for call in calls:
        rules.add_rule(pyseccomp.NOTIFY, call)
    with tempfile.TemporaryFile() as out:
        rules.export_bpf(out)
        out.seek(0)
        number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "seccomp")
        return out.read(), int(number)


def install_notify_filter(calls: tuple[str, ...]) -> int:
    """Put the calling thread, and all that it starts, behind the filter.

    Returns the descriptor on which the questions come; it closes on exec. Raises OSError.
    """
    code, number = notify_filter(calls)
    program = _Program(len(code) // _INSTRUCTION_BYTES, code)
    listener: int = _libc.syscall(number, _SET_MODE_FILTER, _NEW_LISTENER, ctypes.byref(program))
    if listener < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"seccomp: {os.strerror(error)}")
    return listener
