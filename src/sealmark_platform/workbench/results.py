"""The short sheet of a frozen result: it lives with the file, whose other pages show it too."""

from sealmark_platform.casework.queries.summary import result_sheet

__all__ = ["result_sheet"]
