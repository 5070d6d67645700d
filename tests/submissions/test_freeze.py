"""A submission: checked, complete, unchangeable."""

import pytest

from judge.errors import LearnerError
from submissions.drafts import current_files, save_draft
from submissions.freeze import freeze
from submissions.models import Submission


def test_it_freezes_the_draft_with_the_starter_filled_in(user, lab):
    save_draft(user, lab, {"producer.py": "print('mine')\n"}, 0)

    frozen = freeze(user, lab, "fix")

    assert frozen.files == {"producer.py": "print('mine')\n", "topic.properties": "a=1\n"}
    assert frozen.lab_digest == lab.digest


def test_it_does_not_follow_the_draft(user, lab):
    frozen = freeze(user, lab, "fix")

    save_draft(user, lab, {"producer.py": "print('later')\n"}, 0)

    frozen.refresh_from_db()
    assert frozen.files["producer.py"] == "print('hi')\n"


def test_it_gives_equal_files_equal_digests(user, lab):
    assert freeze(user, lab, "fix").digest == freeze(user, lab, "reproduce").digest


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"producer.py": b"x" * 1001}, "file-too-large"),
        ({"producer.py": b"\x00\x01"}, "binary-file"),
        ({"producer.py": b"caf\xe9"}, "not-utf-8"),
        ({"../etc/passwd": b"x"}, "wrong-name"),
        ({"topic.properties": b"no setting"}, "bad-setting"),
    ],
)
def test_it_refuses_bad_files_and_makes_nothing(user, lab, files, code):
    save_draft(user, lab, {"producer.py": "print('mine')\n"}, 0)

    with pytest.raises(LearnerError) as refused:
        freeze(user, lab, "fix", files)

    assert refused.value.code == code
    assert not Submission.objects.exists()
    assert current_files(user, lab)["producer.py"] == "print('mine')\n"
