"""How long the commands take, compared with the minimum that they could take."""
