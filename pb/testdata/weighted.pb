META
key;value
description;Own case: ballots of colleges with weights and counts
country;Morocco
unit;Marrakech
instance;2026
num_projects;4
num_votes;33
budget;1200.5
vote_type;approval
rule;equalshares
PROJECTS
project_id;cost;name;district
a;400;Puits d’Ouled Hassoune;Ouled Hassoune
b;350.25;ملعب القرب;Menara
c;500;Dispensaire;Menara
d;1300;Piscine;Gueliz
VOTES
voter_id;vote;ballot_weight;ballot_class;ballot_count;district
1;a,b;;citizens;20;Menara
2;a,c;5/3;elected;4;Ouled Hassoune
3;c;2.5;economic;3;
4;;;citizens;5;Menara
5;b,d;;citizens;;Gueliz
