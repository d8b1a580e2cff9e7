"""Two made-up certification bodies at work for three years, everything done by the real acts."""

from sealmark_platform.demonstration.filling import Filled, fill, is_filled, sign

__all__ = ["Filled", "fill", "is_filled", "sign"]
