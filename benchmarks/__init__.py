"""How long the commands take, compared with the least that they could take."""
