"""Attacks on the jail itself: more rights, other namespaces, calls that the kernel knows."""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import Any

import pytest

from sandboxes.programs import unguarded

Attack = Callable[..., dict[str, Any]]

CALLS = {
    "ptrace": 101,
    "personality": 135,
    "pivot_root": 155,
    "chroot": 161,
    "mount": 165,
    "umount2": 166,
    "init_module": 175,
    "kexec_load": 246,
    "keyctl": 250,
    "mknodat": 259,
    "unshare": 272,
    "perf_event_open": 298,
    "open_by_handle_at": 304,
    "setns": 308,
    "process_vm_readv": 310,
    "bpf": 321,
    "memfd_create": 319,
    "userfaultfd": 323,
    "io_uring_setup": 425,
    "open_tree": 428,
    "fsopen": 430,
    "pidfd_getfd": 438,
}
"""Numbers of the x86-64 table."""

TOOLS = (
    "ip link set eth0 down",
    "ip addr add 10.77.0.11/24 dev eth0",
    "ip link add d0 type dummy",
    "nft list ruleset",
    "unshare -Urn true",
    "unshare -U true",
    "bwrap --unshare-user --ro-bind / / true",
    "mount -t tmpfs none /tmp",
    "nsenter -t 1 -n true",
    "chroot / true",
    "su -c true",
    "prlimit --nproc=1000000",
    "prlimit --nofile=1000000",
)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of another processor")
def test_it_refuses_the_kernels_dangerous_calls(attack: Attack) -> None:
    ended = attack(
        f"""
        import ctypes, errno
        libc = ctypes.CDLL(None, use_errno=True)
        for name, number in {CALLS!r}.items():
            ctypes.set_errno(0)
            result = libc.syscall(number, 0x10000000, 0, 0, 0, 0)
            if result != -1 or ctypes.get_errno() != errno.EPERM:
                print(name, result, ctypes.get_errno())
        """
    )

    assert ended["stdout"] == ""
    assert ended["exit"]["code"] == 0


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of another processor")
def test_it_refuses_new_namespaces_by_every_door(attack: Attack) -> None:
    ended = attack(
        """
        import ctypes, errno, os
        libc = ctypes.CDLL(None, use_errno=True)
        for bit in (17, 25, 26, 27, 28, 29, 30):
            flag = 1 << bit
            for words in ((272, flag), (56, flag | 17, 0, 0, 0, 0)):  # unshare, clone
                if (result := libc.syscall(*words)) == 0:
                    print("made", hex(flag)); os._exit(1)
                assert result == -1
        libc.syscall(435, 0, 0)
        print(errno.errorcode[ctypes.get_errno()])
        """
    )

    assert ended["stdout"] == "ENOSYS"


def test_it_gets_nowhere_with_the_systems_tools(attack: Attack) -> None:
    ended = attack(
        f"""
        import subprocess
        for line in {TOOLS!r}:
            done = subprocess.run(line.split(), capture_output=True, stdin=subprocess.DEVNULL,
                                  env={{"PATH": "/usr/sbin:/usr/bin:/bin"}})
            if done.returncode == 0:
                print("worked:", line)
        """
    )

    assert ended["stdout"] == ""
    assert ended["exit"]["code"] == 0


def test_it_holds_no_rights_and_can_gain_none(attack: Attack) -> None:
    ended = attack(
        """
        import os
        status = dict(line.split(":", 1) for line in open("/proc/self/status"))
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(status[name], 16) == 0, (name, status[name])
        print(status["NoNewPrivs"].strip(), status["Seccomp"].strip(), os.getuid(), os.geteuid())
        for uid in (0, 1001, 65534):
            try:
                os.setuid(uid); print("became", uid)
            except OSError:
                pass
        """
    )

    assert ended["stdout"] == "1 2 1000 1000"


def test_it_cannot_raise_its_limits(attack: Attack) -> None:
    ended = attack(
        """
        import resource
        for name in ("NPROC", "NOFILE", "FSIZE", "AS", "CPU", "CORE", "MEMLOCK"):
            kind = getattr(resource, "RLIMIT_" + name)
            _, hard = resource.getrlimit(kind)
            try:
                resource.setrlimit(kind, (hard + 1, hard + 1)); print("raised", name)
            except (ValueError, OSError):
                pass
            assert hard != resource.RLIM_INFINITY, name
        """
    )

    assert ended["stdout"] == ""
    assert ended["exit"]["code"] == 0


def test_control_without_the_filter_a_program_becomes_root_of_its_own_namespace() -> None:
    said = unguarded(
        """
        import subprocess
        done = subprocess.run(["unshare", "-Ur", "id", "-u"], capture_output=True, text=True)
        print(done.stdout.strip())
        """
    )

    assert said.strip() == "0"


def test_control_without_the_filter_the_kernel_hands_out_what_we_refuse() -> None:
    said = unguarded("import os; os.memfd_create('x'); print('memfd')", "--unshare-net")

    assert said.strip() == "memfd"


def test_it_runs_no_program_of_another_processor_mode(attack: Attack) -> None:
    # int 0x80 is the door to the 32-bit calls, which a 64-bit filter does not see.
    ended = attack(
        """
        import ctypes, mmap
        code = b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3"  # mov eax, 20 (getpid); int 0x80; ret
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        print("answered", ctypes.CFUNCTYPE(ctypes.c_int)(address)())
        """
    )

    assert "answered" not in ended["stdout"]


def test_it_is_not_weaker_for_the_second_program(attack: Attack) -> None:
    read = "print(open('/proc/self/status').read())"

    first, second = attack(read)["stdout"], attack(read)["stdout"]

    for line in ("CapEff:\t0000000000000000", "Seccomp:\t2", "NoNewPrivs:\t1"):
        assert line in first
        assert line in second
