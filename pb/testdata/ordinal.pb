META
key;value
description;Own case: ordinal
country;Morocco
unit;Marrakech
instance;2026
num_projects;12
num_votes;45
budget;4000
vote_type;ordinal
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
1;P06,P07,P12,P02
2;P09,P02,P07,P11,P03
3;P04,P09,P02,P10,P06,P05
4;P04,P12
5;P12,P01,P10,P04,P07
6;P08,P07
7;P11,P02
8;P07,P04,P02,P01,P05,P06
9;P10,P11,P05,P03,P02
10;P05,P12,P04,P03,P09
11;P06,P10,P07,P04,P09
12;P02,P06,P08,P07
13;P12,P08,P09,P05
14;P04,P05,P12,P02
15;P10,P09,P01
16;P09,P08
17;P04,P08,P12,P07,P01
18;P11,P10,P12,P05,P04,P08
19;P05,P11,P06,P08,P09
20;P02,P09,P04,P11,P05
21;P12,P07
22;P06,P01,P08,P03,P09,P02
23;P12,P02,P10,P11,P08
24;P12,P02,P03
25;P05,P12
26;P01,P08,P03
27;P04,P08,P11,P06,P01,P02
28;P07,P03
29;P01,P02,P07,P09,P10,P05
30;P09,P10,P11,P07,P05
31;P05,P08,P02,P10,P12
32;P12,P02
33;P02,P11,P05,P09,P03,P01
34;P03,P04
35;P12,P07,P11,P10,P03,P01
36;P09,P06,P10,P04,P11,P08
37;P03,P08,P01,P07,P04
38;P02,P07,P08
39;P05,P06,P08,P02,P03,P01
40;P07,P11,P09
41;P04,P08
42;P11,P02,P04,P03
43;P06,P02,P09,P12
44;P05,P08,P12,P02,P07
45;P05,P01
