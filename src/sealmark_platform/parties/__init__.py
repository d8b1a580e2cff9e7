"""Organizations with their sites, people with their functions, competence and ties."""
