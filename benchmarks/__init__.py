"""How long the commands take, compared in one run with the least that they could take."""
