"""``python -m sealmark_platform.commands``: the command without its script."""

from sealmark_platform.commands import main

main()
