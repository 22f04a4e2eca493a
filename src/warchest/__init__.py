"""Investment houses, simulated: bets, pledges, margin calls and the odds of each."""
