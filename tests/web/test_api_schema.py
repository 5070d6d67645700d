"""The schema describes the whole API without a guess."""

from django.core.management import call_command


def test_it_makes_a_valid_schema_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema"))

    assert "operationId" in (tmp_path / "schema").read_text()
