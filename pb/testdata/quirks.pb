META
description;Own case: quirks of real files
country;Morocco
unit;Marrakech
instance;2026
num_projects;12
num_votes;30
budget;40253,36
vote_type;approval
rule;greedy
PROJECTS
cost;project_id;votes;name;latitude;longitude
12000,50;P01;None;"Pumping station, Ouled Dlim; ""water""";31.65;-8.03
4500,25;P02;None;"ملعب القرب بالمحاميد; ""sport""";31.66;-8.00
8000,50;P03;None;"Women’s workshop, Tassoultante; ""work""";31.67;-8.06
3000,25;P04;None;"إنارة الطريق المدرسية; ""road""";31.68;-8.03
15000,00;P05;None;"Route Souihla – Aït Imour; ""road""";31.62;-8.09
2000,00;P06;None;"Bancs et ombrage, Sidi Youssef; ""green""";31.64;-8.00
6500,00;P07;None;"دار الطالبة; ""education""";31.69;-8.02
9500,50;P08;None;"Health post, Loudaya; ""health""";31.67;-8.09
2500,00;P09;None;"Bibliothèque de quartier; ""education""";31.64;-8.04
5500,50;P10;None;"Waste sorting, Annakhil; ""environment""";31.66;-8.05
3800,50;P11;None;"خطارة الحي: ترميم; ""water""";31.65;-8.09
7200,25;P12;None;"Bike lane, Menara; ""road""";31.60;-8.01
VOTES
age;vote;voter_id
None;P02,P05,P10;1
None;P08;2
33;P07,P01,P12,P02;3
;P04,P05,P12;4
33;P03,P05,P09;5
33;P05,P11;6
33;P07,P02,P05;7
None;P01,P08,P04,P05;8
;P08,P12;9
;P05,P06,P08,P02;10
33;P01;11
None;P04,P11,P09,P08;12
33;P08,P09;13
33;P08,P01,P12,P02;14
None;P06,P12,P11;15
;P08,P09,P11;16
33;P04,P09,P01;17
;P04,P07,P02;18
33;P06,P05,P09,P03;19
;P04;20
None;P06,P04;21
33;P03,P02,P11;22
33;P04;23
None;P11,P12,P10;24
None;P12,P08;25
33;P01,P06,P02,P11;26
;P01,P07;27
33;P05,P07,P02,P10;28
33;P08,P11;29
None;P03;30
