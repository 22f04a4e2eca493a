"""One path of one house; it knows arrays, not houses."""
