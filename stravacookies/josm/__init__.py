"""Everything that knows JOSM: where its preferences are, and how imagery is registered in them."""
