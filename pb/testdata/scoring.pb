META
key;value
description;Own case: scoring
country;Morocco
unit;Marrakech
instance;2026
num_projects;12
num_votes;40
budget;4000
vote_type;scoring
rule;equalshares
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
1;P01,P08,P03,P02,P10,P11;5,2,0.5,3.25,1,5
2;P07;3.25
3;P07;2
4;P11;5
5;P04;5
6;P05,P12;3.25,5
7;P03,P02,P01;1,5,3.25
8;P04,P12;2,5
9;P02;5
10;P08;2
11;P11,P05,P10,P03,P08,P06;2,1,1,1,1,0.5
12;P10,P09,P04,P11;1,2,5,5
13;P01,P07,P04,P05,P02,P11;3.25,3.25,2,3.25,2,2
14;P11,P06,P12,P05,P04;2,0.5,5,1,3.25
15;P05;1
16;P12;0.5
17;P04,P01,P06,P09;3.25,3.25,2,3.25
18;P04,P07,P05,P11,P02,P01;2,5,0.5,0.5,1,2
19;P01,P07;0.5,2
20;P01,P12,P03;3.25,0.5,2
21;P02,P06,P04,P07,P08,P01;1,3.25,3.25,3.25,2,2
22;P07,P04,P05,P10;2,2,0.5,2
23;P04,P01,P08;0.5,5,2
24;P08,P11,P05,P10,P09;0.5,1,2,0.5,0.5
25;P06,P03,P10,P11,P01;1,0.5,0.5,0.5,5
26;P11;0.5
27;P06,P05,P01;5,0.5,1
28;P07,P04,P08,P01;0.5,1,1,0.5
29;P09,P05,P03,P02,P12;2,0.5,1,1,3.25
30;P12,P04;2,2
31;P12,P11,P07,P03,P02,P06;0.5,2,0.5,5,3.25,0.5
32;P02,P06,P01,P04,P07,P12;0.5,1,3.25,0.5,1,2
33;P04;5
34;P02,P06,P05,P01,P04;1,5,2,2,1
35;P11,P02,P08,P04,P10,P05;3.25,0.5,2,2,0.5,3.25
36;P07,P01,P09;5,2,1
37;P06;5
38;P01,P05,P03;3.25,1,0.5
39;P05,P01;3.25,1
40;P08,P05,P09,P11;2,5,5,5
