"""Benchmarks: speed, memory and accuracy, each side by side with what it is compared with. `make bench [ONLY=name]`"""
