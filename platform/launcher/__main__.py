"""`python -m launcher`: what ./faultline hands over to."""

import sys

from launcher.cli import main
from launcher.first_process import stand_in_for_init

if __name__ == "__main__":
    stand_in_for_init()
    sys.exit(main())
