META
key;value
description;Own case: cumulative
country;Morocco
unit;Marrakech
instance;2026
num_projects;12
num_votes;40
budget;4000
vote_type;cumulative
rule;equalshares
max_sum_points;10
PROJECTS
project_id;cost;name;category;target
P01;1200;Pumping station, Ouled Dlim;water;everybody
P02;450;ملعب القرب بالمحاميد;sport;youth
P03;800;Women’s workshop, Tassoultante;work;women
P04;300;إنارة الطريق المدرسية;road;pupils
P05;1500;Route Souihla – Aït Imour;road;everybody
P06;200;Bancs et ombrage, Sidi Youssef;green;elderly
P07;650;دار الطالبة;education;girls
P08;950;Health post, Loudaya;health;everybody
P09;250;Bibliothèque de quartier;education;pupils
P10;550;Waste sorting, Annakhil;environment;everybody
P11;380;خطارة الحي: ترميم;water;everybody
P12;720;Bike lane, Menara;road;youth
VOTES
voter_id;vote;points
1;P03;10
2;P04,P10;5,5
3;P12,P04,P03;3,4,3
4;P02,P11,P09;2,3,5
5;P03,P05,P06;4,5,1
6;P07,P10,P08;6,1,3
7;P08,P05,P04;2,4,4
8;P01,P03;3,7
9;P05,P01,P03,P04;3,3,3,1
10;P02,P07,P08;3,5,2
11;P06,P04,P05;2,5,3
12;P02,P04,P07,P05;3,3,2,2
13;P06,P03,P09,P01;2,2,4,2
14;P04;10
15;P08;10
16;P01,P05;3,7
17;P12,P10,P04;2,4,4
18;P10,P07,P04;4,4,2
19;P06,P07,P03,P04;4,2,3,1
20;P07;10
21;P06,P01,P11,P04;3,2,1,4
22;P08;10
23;P09,P03,P02;3,5,2
24;P02,P11,P03,P06;1,2,3,4
25;P04,P12,P02;4,3,3
26;P03;10
27;P05,P07,P11,P01;4,1,3,2
28;P05,P02;5,5
29;P08;10
30;P04;10
31;P07,P11;6,4
32;P12,P01,P04;1,3,6
33;P10,P11,P08,P04;1,6,1,2
34;P08,P02,P04;4,4,2
35;P10,P07,P02,P06;4,1,3,2
36;P10,P02;7,3
37;P04,P03,P11;3,2,5
38;P07,P09;5,5
39;P03,P02,P12,P09;4,2,2,2
40;P04,P05,P07,P01;1,5,1,3
