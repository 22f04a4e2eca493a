"""`python -m warchest`."""

from warchest.cli import main

main()
