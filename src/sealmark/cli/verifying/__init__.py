"""``sealmark verify``: is this certificate valid?"""
