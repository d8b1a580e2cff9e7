"""Stage 1, SCHEME: read, check, compare and export scheme packs.

A pack is a folder of data: requirements, instruments, measures, grading,
procedure, wording and golden cases. No pack contains code.
"""
