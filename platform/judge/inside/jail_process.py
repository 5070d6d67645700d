"""Starts bubblewrap with one program in it, and holds the ends of its pipes."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from judge.bwrap import FirstProcess
from judge.inside.jail_command import jail_command
from judge.inside.limits import Limits, applying
from judge.inside.namespaces import enter_namespace
from judge.inside.network import Network
from judge.inside.programs.kind import Launch
from judge.inside.seccomp import filter_pipe
from judge.inside.workdir import Workdir


@dataclass(frozen=True, slots=True)
class JailProcess:
    """A jail that was started. Whoever holds it ends `first` and closes the descriptors.

    Attributes:
        popen: bubblewrap; its pipes are closed, these are in their place.
        first: the jail's first process, by which it is ended.
        stdin: the writing end of its input, not blocking.
        streams: reading ends: stdout, stderr, and `reports` where its commands report.
    """

    popen: subprocess.Popen[bytes]
    first: FirstProcess
    stdin: int
    streams: Mapping[str, int]


def start_jail(
    workdir: Workdir, launch: Launch, limits: Limits, env: Mapping[str, str], network: Network
) -> JailProcess:
    """Start it in the learner's namespace of `network`, under its limits and its filter."""
    limit = applying(limits)

    def prepare() -> None:
        enter_namespace(network.learner_ns)
        limit()

    with contextlib.ExitStack() as ours:

        def pipe() -> tuple[int, int]:
            reading, writing = os.pipe()
            ours.callback(os.close, writing)
            return reading, writing

        filter_end = filter_pipe()
        ours.callback(os.close, filter_end)
        status, status_end = pipe()
        given, variables, streams = [filter_end, status_end], dict(env), {}
        if launch.tells:
            streams["reports"], reports_end = pipe()
            given.append(reports_end)
            variables["FAULTLINE_TELL"] = str(reports_end)
        try:
            popen = subprocess.Popen(
                jail_command(
                    workdir, launch, limits, variables, filter_fd=filter_end, status_fd=status_end
                ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=given,
                preexec_fn=prepare,
                env={},  # else the learner reads ours in /proc/1/environ
                cwd="/",
            )
        except BaseException:
            for fd in (status, *streams.values()):
                os.close(fd)
            raise
    return _taken_over(popen, FirstProcess(status), streams)


def _taken_over(
    popen: subprocess.Popen[bytes], first: FirstProcess, streams: dict[str, int]
) -> JailProcess:
    assert popen.stdin and popen.stdout and popen.stderr  # noqa: S101, PT018
    stdin = os.dup(popen.stdin.fileno())
    os.set_blocking(stdin, False)
    for name, pipe in (("stdout", popen.stdout), ("stderr", popen.stderr)):
        streams[name] = os.dup(pipe.fileno())
        pipe.close()
    popen.stdin.close()
    return JailProcess(popen, first, stdin, streams)
