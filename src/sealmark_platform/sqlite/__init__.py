"""SQLite for many writers: who wants to write waits in a queue instead of asking again and again."""
