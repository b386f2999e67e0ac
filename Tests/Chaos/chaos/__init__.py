"""Seeded disasters for the whole service, and the invariants that must survive them. Run by `scripts/chaos`."""
