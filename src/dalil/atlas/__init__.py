"""Where: names in any spelling and script become ranked places, each step of the way in words."""

from dalil.atlas.mentions import PlaceMention, find_places, resolve_mention
from dalil.atlas.resolve import Relation, resolve
from dalil.atlas.search import locate

__all__ = ["PlaceMention", "Relation", "find_places", "locate", "resolve", "resolve_mention"]
