"""Serves the site on a data directory without Kafka: `python serve_only.py DATA PORT`."""

import os
import sys
from pathlib import Path

from judge.home import Home
from launcher.datadir import open_data_dir
from launcher.environment import site_environment
from launcher.errors import RefusedError
from launcher.preparing import collect_static, migrate
from launcher.project import find_project
from launcher.serving import serve
from launcher.stages import stage


def main(data: str, port: int) -> None:
    project, home = find_project(), Home(Path(data))
    open_data_dir(home)
    environment = site_environment(home, "127.0.0.1", os.environ)
    try:
        with stage("database") as step:
            migrate(project, home, environment, step)
        with stage("pages") as step:
            collect_static(project, home, environment, step)
        serve(project, home, "127.0.0.1", port, environment)
    except RefusedError as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
