"""The stages of the set-up that need the platform's own packages; each is skipped when done."""

from __future__ import annotations

import importlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import judge
from judge.errors import AuthorError, JudgeError
from judge.home import Home
from judge.lab import load_lab
from launcher.datadir import open_data_dir
from launcher.errors import RefusedError
from launcher.project import Project
from launcher.stages import Stage, stage
from launcher.stamps import digest, known, remember

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def prepare(project: Project, home: Home, environment: Mapping[str, str]) -> None:
    """Bring the data directory to where the site can be served from it.

    Raises:
        RefusedError: a stage cannot be done; says which rule and remedy.
    """
    prepare_engine(home)
    with stage("database") as step:
        migrate(project, home, environment, step)
    with stage("pages") as step:
        collect_static(project, home, environment, step)
    with stage("labs") as step:
        check_labs(Path(environment.get("FAULTLINE_LABS") or project.root / "labs"), step)


def prepare_image(project: Project, home: Home, environment: Mapping[str, str]) -> None:
    """What can be put into a container's image: all but the database and this machine's checks."""
    install_engine(home)
    with stage("pages") as step:
        collect_static(project, home, environment, step)


def prepare_engine(home: Home) -> None:
    """What the engine needs and the site does not: enough for `judge` and for its tests.

    Raises:
        RefusedError: a download failed, or no sandbox can be made on this machine.
    """
    install_engine(home)
    with stage("this machine") as step:
        require_able(step, home)


def install_engine(home: Home) -> None:
    """The learners' Python and Kafka.

    Raises:
        RefusedError: a download failed, or what is there was changed.
    """
    open_data_dir(home)
    with stage("learner's runtime") as step:
        _engine(step, "judge.sandbox.runtime", "build_learner_runtime", home)
    with stage("Kafka") as step:
        _engine(step, "judge.kafka.install", "install_kafka", home)


def _engine(step: Stage, module: str, function: str, home: Home) -> None:
    """Call one of the engine's installers, which skip what is there already."""
    install: Callable[..., object] = getattr(importlib.import_module(module), function)
    said: list[str] = []

    def on_progress(text: str) -> None:
        said.append(text)
        step.say(text)

    try:
        install(home, on_progress)
    except JudgeError as error:
        raise RefusedError(str(error).split("\n")[0], _remedy(error), error.detail) from error
    step.result = "installed" if said else "there already"


def _remedy(error: JudgeError) -> str:
    if error.code.startswith("jar-"):
        return ""  # its message has the remedy
    return "Run ./faultline again: it goes on where it stopped."


def require_able(step: Stage, home: Home) -> None:
    """Refuse when `judge doctor` finds that no sandbox can be made here."""
    from judge.doctor import examine

    # Within one boot only a changed engine or changed tools can change what the checks find.
    tools = [Path(found) for name in ("bwrap", "nft", "ip") if (found := shutil.which(name))]
    engine = sorted(Path(judge.__file__).parent.rglob("*.py"))
    stamp = digest(engine, _BOOT.read_text(), *(str(tool.stat().st_mtime_ns) for tool in tools))
    if known(home, "machine", stamp):
        step.result = "checked since it was started"
        return
    checks = examine(home)
    for check in checks:
        if not check.ok:
            raise RefusedError(
                f"no sandbox can be made on this machine: {check.name}: {check.detail}",
                f"{check.remedy}\n  .venv/bin/judge doctor shows every check.",
            )
    remember(home, "machine", stamp)
    step.result = f"{len(checks)} checks passed"


def migrate(project: Project, home: Home, environment: Mapping[str, str], step: Stage) -> None:
    """Bring the database's tables up to date."""
    if environment.get("FAULTLINE_DATABASE_URL"):
        # Nobody tells us when a server's database was restored, so it is asked each time.
        manage(project, environment, "migrate", "--noinput")
        step.result = "up to date"
        return
    database = home.path / "faultline.sqlite3"
    # Its journal files get the same mode: drafts and histories are nobody else's business.
    os.close(os.open(database, os.O_CREAT | os.O_RDWR, 0o600))
    sources = sorted(project.root.glob("platform/*/migrations/*.py"))
    if known(home, "database", digest(sources, _applied(database))):
        step.result = "up to date"
        return
    manage(project, environment, "migrate", "--noinput")
    remember(home, "database", digest(sources, _applied(database)))
    step.result = "migrated"


def collect_static(
    project: Project, home: Home, environment: Mapping[str, str], step: Stage
) -> None:
    """Name style sheets and scripts by their content and compress them, for the browser's cache."""
    sources = sorted(p for p in project.root.glob("platform/*/static/**/*") if p.is_file())
    # Lessons and labs carry pictures that are served the same way.
    stamp = digest(sources, str((home.path / "static" / "staticfiles.json").exists()))
    if known(home, "pages", stamp):
        step.result = "up to date"
        return
    manage(project, environment, "collectstatic", "--noinput", "--clear")
    remember(home, "pages", digest(sources, "True"))
    step.result = f"{len(sources)} files"


def check_labs(folder: Path, step: Stage) -> None:
    """Count the labs that can be offered, and name what is wrong with the others.

    A broken lab is its author's to mend, and no reason to keep the others from anybody.
    """
    labs = sorted(path.parent for path in folder.glob("*/lab.toml"))
    broken = []
    for lab in labs:
        try:
            load_lab(lab)
        except AuthorError as error:
            broken.append(f"{lab.name}: {error}")
    step.result = f"{len(labs) - len(broken)} of {len(labs)} can be offered"
    if broken:
        step.result += "".join(f"\n    {line}" for line in broken)


def manage(project: Project, environment: Mapping[str, str], *words: str) -> str:
    """Run a management command and return what it printed.

    Raises:
        RefusedError: it failed; carries the end of its output.
    """
    command = [str(project.python), str(project.root / "manage.py"), *words]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True)
    if done.returncode != 0:
        output = (done.stdout + done.stderr).splitlines()
        raise RefusedError(
            f"manage.py {words[0]} failed.",
            "The lines above say why; if they name a setting, docs/settings.md explains it.",
            "\n".join(output[-12:]),
        )
    return done.stdout


def _applied(database: Path) -> str:
    """What was done to the file by migrations: a restored or removed one is migrated again."""
    asked = "SELECT app, name FROM django_migrations ORDER BY app, name"
    try:
        with closing(sqlite3.connect(database)) as opened:
            return repr(opened.execute(asked).fetchall())
    except sqlite3.Error:
        return ""
