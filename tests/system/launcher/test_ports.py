"""A taken port is named with its holder and a free one beside it."""

import os
import socket

import pytest

from launcher.errors import RefusedError
from launcher.ports import holder, next_free, require_free


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_it_says_who_has_the_port_and_which_one_is_free(taken):
    with pytest.raises(RefusedError) as refused:
        require_free("127.0.0.1", taken)

    assert f"port {taken} is taken by" in refused.value.problem
    assert f"(process {os.getpid()})" in refused.value.problem
    assert "Try --port" in refused.value.remedy


def test_it_sees_that_a_port_is_taken_on_one_address_when_all_are_asked_for(taken):
    with pytest.raises(RefusedError, match="is taken"):
        require_free("0.0.0.0", taken)


def test_it_lets_a_free_port_pass(taken):
    require_free("127.0.0.1", next_free("127.0.0.1", taken))


def test_it_knows_no_holder_of_a_port_that_nobody_has(taken):
    assert holder(next_free("127.0.0.1", taken)) is None


def test_it_refuses_an_address_of_another_machine():
    with pytest.raises(RefusedError, match=r"cannot listen on 192\.0\.2\.1"):
        require_free("192.0.2.1", 8000)


def test_it_refuses_a_name_that_does_not_resolve():
    with pytest.raises(RefusedError, match=r"cannot listen on nowhere\.invalid"):
        require_free("nowhere.invalid", 8000)
