"""Frames come out whole, in order and bounded, however the bytes were cut."""

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.inside.tap.frames import BadFrameError, FrameSplitter

payloads = st.lists(st.binary(min_size=4, max_size=60), max_size=8)


def framed(payload):
    return struct.pack(">i", len(payload)) + payload


def chunked(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


@given(payloads, st.lists(st.integers(min_value=0), max_size=40))
def test_it_finds_the_same_frames_in_any_chunks(payloads, cuts):
    frames = [framed(payload) for payload in payloads]
    splitter = FrameSplitter(4, 100)

    pieces = [p for chunk in chunked(b"".join(frames), cuts) for p in splitter.feed(chunk)]

    assert [bytes(piece.data) for piece in pieces] == frames
    assert all(piece.starts and piece.ends for piece in pieces)
    assert splitter.held_bytes == 0


@given(payloads, st.lists(st.integers(min_value=0), max_size=40), st.integers(0, 3))
def test_it_streams_what_need_not_be_whole_without_losing_a_byte(payloads, cuts, rest):
    def whole(correlation_id, frame_bytes):
        return correlation_id % 4 == rest

    frames = [framed(payload) for payload in payloads]
    splitter = FrameSplitter(4, 100, whole)

    pieces = [p for chunk in chunked(b"".join(frames), cuts) for p in splitter.feed(chunk)]

    # It should give every byte once, in order, and never hold more than it must.
    assert b"".join(bytes(p.data) for p in pieces) == b"".join(frames)
    starts = [p for p in pieces if p.starts]
    assert [p.correlation_id for p in starts] == [
        int.from_bytes(f[4:8], "big", signed=True) for f in frames
    ]
    # It should keep together those that must be whole.
    assert all(p.ends for p in starts if whole(p.correlation_id, 0))
    assert splitter.held_bytes == 0


@given(st.binary(max_size=400), st.lists(st.integers(min_value=0), max_size=20))
def test_it_treats_garbage_alike_in_any_chunks(garbage, cuts):
    def outcome(chunks):
        splitter, out = FrameSplitter(4, 100), b""
        try:
            for chunk in chunks:
                for piece in splitter.feed(chunk):
                    out += bytes(piece.data)
        except BadFrameError:
            return out, "bad"
        return out, "good"

    assert outcome(chunked(garbage, cuts)) == outcome([garbage])


@pytest.mark.parametrize("length", [-1, -(2**31), 2**31 - 1, 101, 3, 0])
def test_it_refuses_a_length_no_frame_can_have(length):
    with pytest.raises(BadFrameError):
        list(FrameSplitter(4, 100).feed(struct.pack(">i", length)))


def test_it_gives_the_good_frames_before_the_bad_one():
    good = framed(b"good")
    pieces = FrameSplitter(4, 100).feed(good + b"GET / HTTP/1.1")

    first = bytes(next(pieces).data)

    assert first == good
    with pytest.raises(BadFrameError):
        next(pieces)
