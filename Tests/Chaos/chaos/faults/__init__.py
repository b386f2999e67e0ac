"""All kinds of faults, by what they harm. Importing this package registers every kind."""

from . import commands, database, database_path, programs, queue, source
from .base import KINDS, Context, heal, inject

__all__ = ["KINDS", "Context", "commands", "database", "database_path", "heal", "inject", "programs", "queue", "source"]
