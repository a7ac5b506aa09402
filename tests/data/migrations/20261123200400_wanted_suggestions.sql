update pull set suggest_wanted = suggest_wanted + 1 where number = 1;
