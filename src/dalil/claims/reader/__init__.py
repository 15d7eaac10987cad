"""Report text into claims and incidents: a cascade that can be explained, one module a step.

tokens → numbers → phrases → roles → status, speakers → setting → claims → merging; `read_text` runs them in this order.
"""

from dalil.claims.reader.reading import read_text

__all__ = ["read_text"]
