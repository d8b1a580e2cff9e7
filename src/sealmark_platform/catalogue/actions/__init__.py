"""Adopting editions, filling their figures, planning how one succeeds another. Each change leaves one entry."""
