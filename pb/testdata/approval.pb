META
key;value
description;Own case: approval
country;Morocco
unit;Marrakech
instance;2026
num_projects;12
num_votes;61
budget;4000
vote_type;approval
rule;equalshares
max_length;5
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
voter_id;age;sex;voting_method;vote
1;70;M;internet;P08
2;62;M;paper;P12,P09,P05,P10
3;33;M;internet;P07,P01,P02,P05,P11
4;66;F;paper;P01
5;34;M;paper;P09,P03,P08,P10,P02
6;39;M;paper;P02
7;19;F;paper;P05,P09,P06,P04
8;30;M;internet;P10,P05
9;43;M;internet;P02,P07,P05,P12
10;54;M;internet;P03,P04,P02,P09
11;69;F;internet;P11,P04,P12
12;58;F;internet;P02
13;71;F;internet;P07,P12,P02,P05
14;21;M;paper;P04,P05,P02,P09
15;31;F;paper;P04,P12
16;40;M;paper;P07,P08,P01
17;74;M;internet;P03,P07
18;27;M;internet;P07
19;20;F;paper;P07,P12,P03
20;74;M;paper;P07,P02,P01,P04,P08
21;26;M;paper;P05,P08
22;52;M;paper;P12,P09,P06,P02
23;68;M;internet;P11,P08
24;29;F;paper;P06,P10,P11
25;55;M;paper;P07,P01
26;47;F;paper;P05,P09,P04
27;49;M;paper;P11
28;78;F;internet;P11,P01,P05
29;36;F;paper;P03,P06,P08,P12,P05
30;57;M;paper;P04
31;41;F;paper;P08,P01,P02,P12
32;61;M;paper;P07
33;20;F;paper;P08,P02,P03
34;27;F;paper;P08,P03,P02,P04
35;28;F;internet;P05,P09,P01,P12,P04
36;21;F;paper;P04,P02,P03,P12,P11
37;45;M;paper;P04,P09,P01
38;48;M;paper;P08,P03,P04,P09
39;39;F;paper;P03,P04,P08,P10
40;62;F;internet;P10,P07
41;24;M;paper;P01,P08
42;67;F;internet;P08,P11,P01,P05
43;20;F;internet;P04
44;50;F;paper;P09,P02
45;46;F;internet;P12,P07,P01,P08
46;40;F;paper;P05,P01,P08,P02,P04
47;24;F;internet;P02,P09
48;33;M;internet;P05
49;67;F;paper;P04,P11
50;68;M;paper;P07,P04,P11,P08
51;23;F;internet;P02,P11,P05
52;70;M;internet;P06,P04,P10,P01
53;29;M;paper;P04,P12,P05,P02,P08
54;62;F;paper;P10,P01,P11,P04
55;57;M;paper;P05,P09,P03,P01,P06
56;74;F;internet;P12
57;29;M;internet;P04
58;27;M;paper;P03,P04,P07,P10,P02
59;32;M;paper;P03,P05,P01
60;19;M;paper;P01,P04,P02,P05
61;44;F;paper;
