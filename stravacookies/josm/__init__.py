"""Everything about JOSM: where its preferences are, how imagery is registered, whether it runs."""
