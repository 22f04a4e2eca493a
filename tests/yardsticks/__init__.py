"""What tests hold the engine against: formulas and recursions that know nothing of it, each with its source.

All are pure functions of plain numbers and arrays; none draws anything, and none reads a house.
"""
