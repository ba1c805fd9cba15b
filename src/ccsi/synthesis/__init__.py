"""Synthesis of impressions of the old classes from a frozen model."""
