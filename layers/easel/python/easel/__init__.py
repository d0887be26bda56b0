"""Easel: the shared code of every function. `README.md` beside this file is the map."""
