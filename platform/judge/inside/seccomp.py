"""The system calls that the learner's program may not make, as a filter for bwrap.

A deny list on top of namespaces and dropped capabilities: it takes away what those do not cover
(vsock, keyrings, io_uring, memory outside the watchdog's sight) and the kernel's usual holes.
"""

from __future__ import annotations

import errno
import functools
import os
import socket
import tempfile

from judge.errors import SandboxUnavailableError

_DENIED = (
    "acct add_key afs_syscall bpf cachestat chroot clock_adjtime clock_settime create_module"
    " delete_module fanotify_init fanotify_mark finit_module fsconfig fsmount fsopen fspick"
    " get_kernel_syms get_mempolicy init_module io_uring_enter io_uring_register io_uring_setup"
    " ioperm iopl kcmp kexec_file_load kexec_load keyctl landlock_restrict_self listmount"
    " lookup_dcookie map_shadow_stack mbind memfd_create memfd_secret migrate_pages mknod mknodat"
    " modify_ldt mount mount_setattr move_mount move_pages mq_open msgget msgrcv msgsnd"
    " name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open personality"
    " pidfd_getfd pidfd_send_signal pivot_root process_madvise process_mrelease process_vm_readv"
    " process_vm_writev ptrace query_module quotactl quotactl_fd reboot request_key semget semop"
    " semtimedop set_mempolicy set_mempolicy_home_node setdomainname sethostname setns"
    " settimeofday shmat shmctl shmdt shmget statmount stime swapoff swapon sysfs _sysctl syslog"
    " umount umount2 unshare uselib userfaultfd ustat vhangup vmsplice"
)
"""mknod goes with os.mkfifo, which nothing here needs. memfd and SysV shared memory would be
memory that no process has mapped, which the watchdog cannot see."""

_FEWEST_DENIED = 50
"""Some are unknown to an older library or another processor; so few known means a broken one."""

_CLONE_NEW_FLAGS = (
    0x00000080,  # time
    0x00020000,  # mount
    0x02000000,  # cgroup
    0x04000000,  # uts
    0x08000000,  # ipc
    0x10000000,  # user
    0x20000000,  # pid
    0x40000000,  # network
)

_AF_NETLINK = 16
_FAMILIES = {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, _AF_NETLINK}
"""Netlink stays: glibc's getaddrinfo asks it for addresses, and without CAP_NET_ADMIN it is
read-only. Vsock must go: it passes a network namespace by."""
_MOST_FAMILIES = 64

_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
"""Terminal ioctls that put words into another process's mouth."""


@functools.cache
def learner_filter() -> bytes:
    """The filter as BPF instructions, for bwrap's --seccomp.

    Raises:
        SandboxUnavailableError: libseccomp or its Python binding is not on this machine.
    """
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as error:
        raise SandboxUnavailableError(
            "seccomp-missing",
            "The seccomp library cannot be loaded, so the learner's program would run unfiltered."
            " Install libseccomp2 and run `judge doctor`.",
            str(error),
        ) from error
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    eperm = pyseccomp.ERRNO(errno.EPERM)
    denied = sum(_deny(rules, eperm, name) for name in _DENIED.split())
    if denied < _FEWEST_DENIED:
        raise SandboxUnavailableError("seccomp-missing", "The seccomp library knows too few calls.")
    for flag in _CLONE_NEW_FLAGS:
        rules.add_rule(eperm, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    # clone3 hides its flags behind a pointer that a filter cannot read. ENOSYS makes glibc fall
    # back to clone; EPERM would make it give up.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    refuse = pyseccomp.ERRNO(errno.EAFNOSUPPORT)
    for family in set(range(_MOST_FAMILIES)) - _FAMILIES:
        rules.add_rule(refuse, "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    for request in (_TIOCSTI, _TIOCLINUX):
        low = pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, request)
        rules.add_rule(eperm, "ioctl", low)
    return _exported(rules)


def _deny(rules: object, action: object, name: str) -> bool:
    try:
        rules.add_rule(action, name)  # type: ignore[attr-defined]
    except (ValueError, OSError):
        return False  # not on this architecture, or newer than the library: it cannot be called
    return True


def _exported(rules: object) -> bytes:
    with tempfile.TemporaryFile() as out:
        rules.export_bpf(out)  # type: ignore[attr-defined]
        out.seek(0)
        return out.read()


def filter_pipe() -> int:
    """A descriptor from which bwrap can read the filter once; the caller closes it."""
    bpf = learner_filter()
    read_end, write_end = os.pipe()
    os.write(write_end, bpf)  # about 1.5 KiB: far below what a pipe holds
    os.close(write_end)
    return read_end
