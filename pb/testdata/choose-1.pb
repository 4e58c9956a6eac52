META
key;value
description;Own case: choose-1
country;Morocco
unit;Marrakech
instance;2026
num_projects;12
num_votes;50
budget;4000
vote_type;choose-1
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
voter_id;vote
1;P08
2;P02
3;P04
4;P08
5;P06
6;P08
7;P07
8;P03
9;P09
10;P07
11;P11
12;P07
13;P11
14;P02
15;P08
16;P01
17;P11
18;P05
19;P08
20;P02
21;P03
22;P06
23;P01
24;P04
25;P04
26;P05
27;P11
28;P11
29;P08
30;P02
31;P10
32;P06
33;P02
34;P03
35;P04
36;P06
37;P12
38;P09
39;P03
40;P07
41;P06
42;P10
43;P02
44;P02
45;P05
46;P02
47;P12
48;P01
49;P11
50;P12
