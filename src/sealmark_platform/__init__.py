"""The platform: stores, shows and permits what the library decides."""
