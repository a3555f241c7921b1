"""Where the numbers of the generated ``county.toml`` come from: id, title, clause, status, address.

S rows are planning standards, P rows statements of policy papers, D derived, A assumptions of this county. A row with
the status RECALLED was written from memory and has to be checked before it is relied on.
"""

from __future__ import annotations

SOURCES: tuple[tuple[str, str, str, str, str], ...] = (
    ("S034", "Rural ordinary primary and secondary schools construction standard (Jianbiao 109-2008; number not on "
     "page): school size, incomplete primary 4 classes x 30 classes x pupils",
     "§ 8", "VERIFIED", "https://haowendang.cn/c6lrp26ih4q5ap1c1kzfj507xn0uyq600qii_1.html"),
    ("S035", "Rural schools construction standard (Jianbiao 109-2008): school size, complete primary 6, 12, 18, 24 "
     "classes; 45 (near term), 40 (long term) classes; pupils/class",
     "§ 8", "VERIFIED", "https://haowendang.cn/c6lrp26ih4q5ap1c1kzfj507xn0uyq600qii_1.html"),
    ("S036", "Rural schools construction standard (Jianbiao 109-2008): school size 12, 18, 24 classes; 50 (near "
     "term), 45 (long term) classes; pupils/class",
     "§ 8", "VERIFIED", "https://haowendang.cn/c6lrp26ih4q5ap1c1kzfj507xn0uyq600qii_1.html"),
    ("S038", "Urban schools construction standard (Jianbiao 2002-102; number not on page): school size 12, 18, 24, "
     "30 classes x 45 classes x pupils", "§ 6", "VERIFIED", "https://bbs.hlgnet.com/info/u1_27597587"),
    ("S039", "Anhui school conduct code 2024: maximum school size primary or junior / nine-year / kindergarten / "
     "senior 2000 / 2500 / 360 / 3000 pupils", "", "VERIFIED", "https://www.wuhu.gov.cn/content/article/39670300"),
    ("S041", "State Council General Office, May 2018, small rural and township boarding schools (2018-27; number "
     "not on page), layout requirements: travel time to school <=30 min one way",
     "", "VERIFIED",
     "http://guangzhou.baogaosu.com/xinwen/%E5%AD%A6%E6%A0%A1%E5%BB%BA%E8%AE%BE%E4%B8%AD%E5%9B%BD%E5%B0%86"
     "%E5%8A%A0%E5%BC%BA%E5%86%9C%E6%9D%91%E5%AD%A6%E6%A0%A1%E5%BB%BA%E8%AE%BE/66717722"),
    ("S047", "'state standard', cited in a journal: school reach in time 40 min",
     "", "VERIFIED", "https://drds.library.net.cn/journal/detail.aspx?i=RFg4LzN4QVdqSFE9"),
    ("S055", "Jianbiao 109-2008: site area at 6 / 12 / 18 / 24 classes 9131 / 15699 / 18688 / 21895 m2",
     "§ 4", "RECALLED", ""),
    ("S063", "MoF/MoE 2023 adjustment: national base primary / junior; boarder 720 / 940; 300 yuan/pupil/yr",
     "", "RECALLED", ""),
    ("S070", "typical feasibility studies 2018-2024: building cost per place, primary / junior / boarding "
     "30000-60000 / 40000-80000 / 50000-100000 yuan/place", "", "RECALLED", ""),
    ("S083", "Shandong primary-care plan 2020-22: service radius 2.5 km",
     "", "VERIFIED", "http://hainiu11.com/newscenter/native/city/20200810/t20200810_525200187.shtml"),
    ("S086", "Shijiazhuang: 300 m yuan for 4,467 villages: building cost 67159 yuan/clinic",
     "", "VERIFIED", "https://www.ppdoc.com/periodical/a647dc99cc9dddee3aea520e90399485.html"),
    ("S088", "National Health Commission 2022-05-24: travel time to care 15 (health-service circle by county) min",
     "", "VERIFIED", "http://cuiru123.com/caijing/50089.html"),
    ("S090", "older primary-care circle targets: travel time to nearest care point 30 min", "", "RECALLED", ""),
    ("S093", "Jianbiao 107-2008 Township health centres: beds 0.6-1.2 beds per 1000 served", "§ 2", "RECALLED", ""),
    ("S100", "Huchen township health centre, Ninghai 2017 (27.25 m yuan, 40 beds, 5,500 m2 in phase 1): cost per "
     "bed 681250 yuan/bed", "", "VERIFIED", "http://nh.cnnb.com.cn/system/2017/07/14/011580194.shtml"),
    ("S103", "National health service plan 2015-20 (draft): 1 general + 1 TCM hospital per county",
     "", "VERIFIED", "http://www.chuannane.com/jiankang/20141031/1896.html"),
    ("S108", "Jianbiao 110-2008: land (2008 standard) 117 / 115 / 113 / 111 / 109 m2/bed at 200-300 / 400-500 / "
     "600-700 / 800-900 / 1000 beds", "", "VERIFIED", "https://m.wenke99.com/p-7391086.html"),
    ("S112", "Suixi TCM 2019: 350.5 m yuan, 500 beds: cost per bed 701000 yuan/bed",
     "", "VERIFIED", "http://www.8787sf.com/bmxxgk/wsjkj/gzdt/content/post_636152.html"),
    ("S129", "Zhejiang Sports Bureau, Zhejiang fitness plan 2021-25: 10-minute fitness circle 10 min walk, within 1 "
     "km min; km", "", "VERIFIED", "http://m.adibba.com/html/2021/news/11/301993.html"),
    ("S131", "State sports administration, 2024 briefing: 15-minute fitness circle 15 min on foot or bicycle",
     "", "VERIFIED", "http://johnadisi.com/wfhd/18766_567_209_9.html"),
    ("S137", "Guangxi 2019 fitness projects: subsidy per court; per equipment set 50000; 25000 (2019) yuan",
     "", "VERIFIED", "https://oversea-link.com/jianshenzhishi/jianshenchangshi/2846.html"),
    ("S141", "Evaluation code for integrated urban-rural passenger transport (P2): village counts as served if a "
     "stop is within 2 km of village", "P2", "VERIFIED", "https://m.wenku365.com/p-28511471.html"),
    ("S142", "Hubei village bus rule 2015-17: alternative 20 min walk (to village committee or main housing)",
     "", "VERIFIED", "http://jiangling.cn/forum.php?goto=lastpost&mod=redirect&tid=46166"),
    ("S150", "county cost audits: operating cost 4-8 (12 m county bus); 2-4 (6 m village bus) yuan/vehicle-km",
     "", "RECALLED", ""),
    ("S151", "planning practice: frequency 2 round trips a day (minimum plan preset) trips/day", "", "RECALLED", ""),
    ("S152", "Rural waste collection and treatment standard (GB/T 51435-2021): service radius: hand cart / small "
     "motor vehicle <=1 / <=3 km", "4.4.2", "VERIFIED", "https://gf.cabr-fire.com/article-62747.htm"),
    ("S156", "CJJ 47-2006: collection radius to station: small motor vehicle 3.0 (max 5.0) km",
     "2.2.7(2)", "VERIFIED", "http://365zhishi.com/knowledge/63063.html"),
    ("S161", "CJJ/T 47-2016: small sub-classes IV / V 50-150 / <50 t/d", "2.2.1", "RECALLED", ""),
    ("S163", "CJJ/T 47-2016: land III / IV / V 4000-10000 / 1000-4000 / 500-1000 m2", "2.2.1", "RECALLED", ""),
    ("S176", "Huangqiao, Taixing 2015: 6 stations, 7 m yuan, +180 t/d (80 to 260): capital cost per t/d 38889 yuan "
     "per t/d", "", "VERIFIED", "http://www.taixing.cn/html/news/taixing/2015/0911/71254.html"),
    ("S177", "Youxi 2009-10: 3 stations (15 t/d), 2.2 m yuan: capital cost per t/d 48889 yuan per t/d",
     "", "VERIFIED", "https://100ksw.com/gc/zx/kszx/331724.shtml"),
    ("S197", "Guizhou notice 2022: service radius <700 m", "", "VERIFIED", "http://lyfxds.cn/Home/News/show-640"),
    ("S206", "Public library land index (Jianbiao 2008-74): radius <=2.5 km", "", "RECALLED", ""),
    ("S218", "Wendeng 2016; Feixi 2014: design speed class IV; class III 20; 30 km/h",
     "", "VERIFIED", "http://www.dhbuy366.com/news/policy/daolu/161010/113294.html"),
    ("S219", "JTG B01 design classes, discounted: network speeds for travel time walk 4-5; bicycle 12-15; village "
     "road 20; township 30; county 40; national 60; expressway 80-100 km/h", "", "RECALLED", ""),
    ("S220", "CJJ 27-2012 (toilet spacing table): walking speed used in sanitation code 5 km/h",
     "3.4.3", "VERIFIED", "http://guangliangji.com.cn/fanwen/1452408.html"),
    ("S232", "provincial practice: service radius 1.5 km", "", "RECALLED", ""),
    ("S234", "planning preset (ours): longest weekly trip 60-90 min by bus", "", "RECALLED", ""),
    ("S235", "planning preset (ours): travel time 60 min by car/bus", "", "RECALLED", ""),
    ("P002", "XX City opinions on integrated urban-rural development: "
     "balanced development of social undertakings", "1 goal", "VERIFIED", ""),
    ("P027", "XX City opinions on integrated urban-rural development: "
     "universal fifteen years of education of high standard and quality", "2(4)1", "VERIFIED", ""),
    ("P072", "Jiaxing 14th five-year plan for integrated urban-rural development: "
     "narrower gaps of development and living standards between town and country", "(一)", "VERIFIED", ""),
    ("P082", "Jiaxing 14th five-year plan for integrated urban-rural development: "
     "wider coverage of the 10-minute fitness circle", "2", "VERIFIED", ""),
    ("P142", "State Council 2019 on integrated urban-rural development: "
     "compulsory education that takes town and country as a whole", "III(13)", "VERIFIED", ""),
    ("P145", "State Council 2019 on integrated urban-rural development: "
     "more inclusive pre-school education in rural areas", "III(13)", "VERIFIED", ""),
    ("P147", "State Council 2019 on integrated urban-rural development: "
     "better township health centres and village clinics", "III(14)", "VERIFIED", ""),
    ("P155", "State Council 2019 on integrated urban-rural development: "
     "coverage and applicability of public cultural services", "III(15)", "VERIFIED", ""),
    ("P167", "State Council 2019 on integrated urban-rural development: "
     "integrate urban and rural road passenger transport", "IV(19)", "VERIFIED", ""),
    ("P200", "Yangquan 2022 action plan for integrated urban-rural development: "
     "closing the gaps of public health in county towns", "(二)", "VERIFIED", ""),
    ("P233", "Yangquan 2022 action plan for integrated urban-rural development: "
     "18 rural boarding schools built, rebuilt or expanded within the year", "(十四)", "VERIFIED", ""),
    ("P006", "XX City opinions on integrated urban-rural development: buses to all townships and central "
     "villages", "2(2)", "VERIFIED", ""),
    ("P012", "XX City opinions on integrated urban-rural development: ten demonstration villages, a hundred "
     "villages put in order", "2(2)", "VERIFIED", ""),
    ("P088", "Jiaxing 14th five-year plan for integrated urban-rural development: "
     "home and community elderly care for all of town and country", "2", "VERIFIED", ""),
    ("P211", "Yangquan 2022 action plan for integrated urban-rural development: "
     "rural household waste treated in at least 95 per cent of administrative villages", "(八)", "VERIFIED", ""),
    ("P236", "Yangquan 2022 action plan for integrated urban-rural development: "
     "village clinics up to standard, basic health care for all rural residents", "(十四)", "VERIFIED", ""),
    ("CENSUS2020", "2020 census by county: medians of the 72 counties (县) of 260,000-320,000 people with a rural "
     "share of 50-62 per cent; settlement figures are generated so that they add up to it",
     "", "CENSUS", "https://github.com/leiii/census"),
    ("SYN", "Generated data, see CALIBRATION.md", "", "SYNTHETIC", ""),
    ("D-ages", "Single years: each five-year group of CENSUS2020 spread evenly over its years; births: age 0",
     "", "DERIVED", ""),
    ("D-elderly", "60+ from the 65+ of CENSUS2020 times 18.70 / 13.50, the shares of 60+ and 65+ in the whole "
     "country in 2020 (from memory, to be checked)", "", "RECALLED", ""),
    ("D-grades", "Grades 4-6: half of the six years of primary school, rounded down in each settlement",
     "", "DERIVED", ""),
    ("A-waste", "Rural 0.4 kg (S171, verified) and urban 1.0 kg (within 0.8-1.2 of S174, recalled) per person and "
     "day", "", "ASSUMPTION", ""),
    ("D-cost-primary", "Places times 34,583 yuan a place (S064, an urban school of 2017, without land)",
     "", "DERIVED", "http://m.xuexibi.com/kaoshiguanli/426382.html"),
    ("D-cost-boarding", "The same size without beds plus 1.64 wan yuan a bed: 5.25 m2 a boarder (S056, recalled) "
     "at 3,127 yuan a m2 (S066, verified)", "", "DERIVED", ""),
    ("D-land-boarding", "The same size without beds (S055) plus 5 m2 a bed (lower end of S056)", "", "DERIVED", ""),
    ("D-land-kindergarten", "15 m2 a child (S076: Fuzhou opinion 2011, verified: at least 15 m2)", "", "DERIVED",
     "http://www.hxt111.com/wap/2011-07/08/content_5118343.htm"),
    ("D-land-primary", "34 m2 a pupil, as S055 gives for 6 classes", "", "DERIVED", ""),
    ("A-beds-county", "A county hospital needs 2 of the 6 beds per 1,000 residents that S105 names for all "
     "hospitals", "", "ASSUMPTION", ""),
    ("A-class-25", "25 children a class in a rural kindergarten", "", "ASSUMPTION", ""),
    ("A-class-30", "30 children a class in a town kindergarten", "", "ASSUMPTION", ""),
    ("A-cost-culture", "About 300 m2 (lower end of S208) at 0.3 wan yuan a m2", "", "ASSUMPTION", ""),
    ("A-cost-elderly", "Conversion and furnishing of an existing village building", "", "ASSUMPTION", ""),
    ("A-cost-kindergarten", "2 wan yuan a place, below the 3-6 wan yuan of primary schools (S070)",
     "", "ASSUMPTION", ""),
    ("A-cost-senior", "6 wan yuan a place, within the 4-8 of S070 for junior high schools", "", "ASSUMPTION", ""),
    ("A-reach-culture", "40 min by bus to a culture station; no standard was found", "", "ASSUMPTION", ""),
    ("A-reach-elderly", "15 min by (electric) bicycle, often of the helper who comes; no standard was found", "",
     "ASSUMPTION", ""),
    ("A-reach-junior", "45 min by bus to a junior high school; upper end of the 30-45 min in use, no national "
     "standard was found", "", "ASSUMPTION", ""),
    ("A-reach-kindergarten", "30 min with a parent by bicycle or electric bicycle; no standard was found",
     "", "ASSUMPTION", ""),
    ("A-run-clinic", "Upkeep and subsidy of one village doctor", "", "ASSUMPTION", ""),
    ("A-run-culture", "Upkeep and one post", "", "ASSUMPTION", ""),
    ("A-run-elderly", "Upkeep and one helper in part time", "", "ASSUMPTION", ""),
    ("A-run-fitness", "Repairs, 4 per cent of the capital", "", "ASSUMPTION", ""),
    ("A-run-health", "6 wan yuan of public money a bed and year", "", "ASSUMPTION", ""),
    ("A-run-hospital", "8 wan yuan of public money a bed and year", "", "ASSUMPTION", ""),
    ("A-run-kindergarten", "800 yuan a place and year, without salaries", "", "ASSUMPTION", ""),
    ("A-run-senior", "1,200 yuan a place and year, without salaries", "", "ASSUMPTION", ""),
    ("A-running", "Running budget of the generated county, a little above the running cost of today",
     "", "ASSUMPTION", ""),
    ("A-funds", "Capital of the generated county, less than all targets would cost", "", "ASSUMPTION", ""),
    ("A-scenarios", "What if the capital were half or twice as large", "", "ASSUMPTION", ""),
    ("A-speed-bus", "Buses at about 5/6 of the speed of cars, stops included", "", "ASSUMPTION", ""),
    ("A-speed-path", "Mountain paths: on foot 3.5 km/h, a bicycle is mostly pushed", "", "ASSUMPTION", ""),
    ("A-speed-street", "Town streets with crossings", "", "ASSUMPTION", ""),
    ("A-speed-township", "Township roads between class III (30) and class IV (20) of S218", "", "ASSUMPTION", ""),
    ("A-target-98", "The paper asks for all pupils; 98 per cent leaves room for the remotest hamlets",
     "", "ASSUMPTION", ""),
    ("A-target-culture", "The paper asks for an increase (P155) and gives no number", "", "ASSUMPTION", ""),
    ("A-target-fitness", "The paper asks for an increase (P082) and gives no number; 88 per cent",
     "", "ASSUMPTION", ""),
    ("A-target-health", "The paper gives no number; a share of residents within the standard", "", "ASSUMPTION", ""),
    ("A-target-hospital", "The paper gives no number; nearly all residents who live within 60 min",
     "", "ASSUMPTION", ""),
    ("A-target-junior", "The paper gives no number; without boarding 90 per cent of pupils", "", "ASSUMPTION", ""),
    ("A-target-kindergarten", "The paper asks for more rural places (P145) and gives no number; 80 per cent",
     "", "ASSUMPTION", ""),
    ("A-target-senior", "The paper asks for fifteen years of education for all (P027); 85 per cent live within 90 min",
     "", "ASSUMPTION", ""),
    ("A-weights", "Worth of a person served beside the other services; the planner sets it", "", "ASSUMPTION", ""),
    ("A-beds-school", "A third of the places of a primary and half of those of a junior high school are beds; S069 "
     "(Zhenyuan 2011) has 50 and 70 per cent boarders", "", "ASSUMPTION", ""),
    ("A-bus-day", "Buses run every day within 12 hours and stand 5 min at each end", "", "ASSUMPTION", ""),
    ("A-closing", "Moving out of a small school", "", "ASSUMPTION", ""),
    ("A-cost-incinerator", "40 wan yuan per t/d; running at a gate fee of 80 yuan per t (S182, verified)",
     "", "ASSUMPTION", ""),
    ("A-cost-landfill", "15 wan yuan per t/d; running at a gate fee of 80 yuan per t (S182, verified)",
     "", "ASSUMPTION", ""),
    ("A-cost-stops", "Signs and shelters of one line and their upkeep", "", "ASSUMPTION", ""),
    ("A-direct-haul", "About 10 km by collection truck, where a transfer station begins to pay (S159, recalled)",
     "", "ASSUMPTION", ""),
    ("A-keep-away", "200 m from homes and protected water; the code asks for 8-30 m between buildings (S164), and a "
     "settlement is one point here", "", "ASSUMPTION", ""),
    ("A-land-clinic", "Twice the 60 m2 floor area of S084", "", "ASSUMPTION", ""),
    ("A-land-culture", "The floor area of A-cost-culture, one floor", "", "ASSUMPTION", ""),
    ("A-land-elderly", "A small house with a yard", "", "ASSUMPTION", ""),
    ("A-land-health", "115 m2 a bed, as S097 asks for the hospital of a central town", "", "ASSUMPTION", ""),
    ("A-land-hospital", "117 m2 a bed, which S108 gives from 200 beds on", "", "ASSUMPTION", ""),
    ("A-land-secondary", "25 m2 a place and 5 m2 a bed, beside the 20-34 m2 of primary schools (S055)",
     "", "ASSUMPTION", ""),
    ("A-min-concentrated", "Schools with fewer than 100 pupils are closed; operating money counts them as 100 (S059)",
     "", "ASSUMPTION", ""),
    ("A-min-junior", "Fewer pupils do not fill one class a year of 50", "", "ASSUMPTION", ""),
    ("A-min-primary", "Half of the smallest size; fewer pupils do not pay for a new school", "", "ASSUMPTION", ""),
    ("A-outside", "What schools and a hospital across the border take from this county", "", "ASSUMPTION", ""),
    ("A-quota", "New building land of a year, a little less than the plan would like", "", "ASSUMPTION", ""),
    ("A-reach-collection", "15 km for a medium collection vehicle; the code leaves it to the place (S157)",
     "", "ASSUMPTION", ""),
    ("A-reach-junior-line", "60 min door to door with walks and waiting; no standard was found", "", "ASSUMPTION", ""),
    ("A-referral", "A health centre within 60 min of a new clinic; no standard was found", "", "ASSUMPTION", ""),
    ("A-resale", "Reuse of a closed school (P134 names it, without a number)", "", "ASSUMPTION", ""),
    ("A-rule-small", "New capacity belongs to the towns (P026); a few new incomplete schools are let through",
     "", "ASSUMPTION", ""),
    ("A-run-waste", "20 yuan per t of capacity, without haulage", "", "ASSUMPTION", ""),
    ("A-shared-saving", "Sites on one plot share walls, yard and connections", "", "ASSUMPTION", ""),
    ("A-target-boarding", "The 18 schools of P233 are those of a whole city; this county takes 4",
     "", "ASSUMPTION", ""),
    ("A-target-frequent", "P167 asks for one network and gives no number", "", "ASSUMPTION", ""),
    ("A-target-gap", "P072 asks for a smaller gap and gives no number; at most 30 points", "", "ASSUMPTION", ""),
    ("A-target-worst", "P002 asks for balance and gives no number; 80 per cent in every township",
     "", "ASSUMPTION", ""),
    ("A-transfer", "Longest haul to disposal; no standard was found", "", "ASSUMPTION", ""),
    ("A-trips", "A bus in the morning, at noon, in the afternoon and in the evening", "", "ASSUMPTION", ""),
    ("A-vehicle", "204,615 yuan, the price of a school bus of about 54 seats in 2012 (S073, verified)",
     "", "ASSUMPTION", ""),
    ("A-wait", "People know the timetable", "", "ASSUMPTION", ""),
)  # fmt: skip
