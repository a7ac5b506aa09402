update person set login = login;
