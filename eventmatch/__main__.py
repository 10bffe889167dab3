"""`python -m eventmatch`: the command line."""

import sys

from eventmatch.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
