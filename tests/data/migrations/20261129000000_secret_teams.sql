update team set secret = true where id = (select min(id) from team);
