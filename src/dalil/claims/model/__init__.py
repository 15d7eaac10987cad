"""`--reader llm`: a language model proposes, the text decides.

settings → chunks → conversation (asking) → checking (words, figures) → joining, in this order.
Whatever the model says is looked for in the text; what does not stand there is dropped and told.
"""

from dalil.claims.model.reading import ModelReader, ModelReading
from dalil.claims.model.settings import find_settings

__all__ = ["ModelReader", "ModelReading", "find_settings"]
