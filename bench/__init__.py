"""Measurements of speed and quality; each module runs by itself and prints what it measured."""
