"""Where the checkout's own files are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Project:
    """The checkout that this launcher belongs to. Nothing here creates or reads anything."""

    root: Path

    @property
    def venv(self) -> Path:
        """The platform's virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The interpreter of that environment."""
        return self.venv / "bin" / "python"

    @property
    def runtime_lock(self) -> Path:
        """Every package that `up` needs, pinned by hash."""
        return self.root / "requirements.lock"

    @property
    def test_lock(self) -> Path:
        """What `test` needs on top."""
        return self.root / "requirements-test.lock"

    @property
    def frontend(self) -> Path:
        """Sources of the style sheet and the scripts; what they give is committed as well."""
        return self.root / "platform" / "web" / "frontend"

    @property
    def pyproject(self) -> Path:
        """Declares the dependencies that the locks pin."""
        return self.root / "pyproject.toml"


def find_project() -> Project:
    """The checkout around this very file."""
    return Project(Path(__file__).resolve().parents[2])
