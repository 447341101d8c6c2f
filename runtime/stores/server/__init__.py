"""A state on a PostgreSQL server, shared by the runs of many machines.

What a batch needs is asked in one round trip, what it changed is written in another one.
Teams that are drawn are held by advisory locks, each by its own name, so that only who draws
from the same team waits; everything else is compared when it is written, and where somebody
else was quicker, the batch is decided again.
"""
