"""Execution environments: what runs the code of functions."""

from eventmatch.functions.environments.fleet import Fleet
from eventmatch.functions.environments.settings import EnvironmentSettings

__all__ = ["EnvironmentSettings", "Fleet"]
