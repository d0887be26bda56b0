"""Easel: the shared code of every function. `README.md` beside this file is the map."""

from easel import start

start.begin()
