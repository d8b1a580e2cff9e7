"""The trail: one entry per act, append-only, each the leaf of a Merkle tree."""
