"""`python -m ccsi`."""

from ccsi.cli import main

main()
