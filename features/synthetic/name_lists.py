"""Names of children born from 2002 to 2016 and of North East families, which no maintained source holds.

Nobody real is meant.
"""

BOYS: dict[str, str] = {
    "british": """
        Oliver Jack Harry Jacob Charlie Thomas Oscar William James George Alfie Joshua Noah Ethan Muhammad
        Archie Leo Henry Joseph Samuel Riley Daniel Max Lucas Mason Logan Isaac Benjamin Dylan Jake Edward
        Finley Freddie Harrison Tyler Sebastian Zachary Adam Theo Jayden Arthur Toby Luke Lewis Matthew Harvey
        Harley David Ryan Tommy Michael Reuben Nathan Blake Mohammad Jenson Bobby Luca Charles Frankie Dexter
        Kai Alex Connor Liam Jamie Elijah Stanley Louie Jude Callum Hugo Leon Elliot Louis Theodore Gabriel
        Ollie Aaron Frederick Evan Elliott Owen Teddy Finlay Caleb Ibrahim Ronnie Felix Aiden Cameron Austin
        Kian Rory Seth Robert Albert Sonny Kyle Bailey Corey Brandon Kieran Ben Rhys Scott Jordan Reece Sean
        Dominic Christopher Patrick Carter Ellis Joel Marcus Jackson Miles Rowan Cole Curtis Declan Shay Brody
        Lennon Lee Ross Craig Mitchell Warren Ashton Zak Kayden Robson Fraser Niall Eden
    """,
    "muslim": """
        Muhammad Mohammed Ali Ahmed Yusuf Ibrahim Omar Hamza Abdullah Zayn Adam Bilal Hassan Hussain Ismail
        Yahya Musa Haris Umar Usman Zakariya Ayaan Rayyan Kareem Imran Faisal Tariq Sami Idris Khalid Aariz
        Rahim Nabil Shahid Junaid Saif Arman Rizwan Kabir Taha
    """,
    "chinese": """
        Wei Jun Hao Ming Jason Kevin Ethan Ryan Daniel Zihan Yichen Haoran Lok Chun Felix Jayden Aiden Eric Ka
        Anson Marcus Tin Leo Jacky
    """,
}

GIRLS: dict[str, str] = {
    "british": """
        Amelia Olivia Emily Isla Poppy Ava Isabella Jessica Lily Sophie Grace Sophia Mia Evie Ruby Ella Scarlett
        Isabelle Chloe Sienna Freya Phoebe Charlotte Daisy Alice Florence Eva Sofia Millie Lucy Evelyn Elsie
        Rosie Imogen Lola Matilda Elizabeth Layla Holly Lilly Molly Erin Ellie Maisie Maya Abigail Eliza Georgia
        Jasmine Esme Willow Bella Annabelle Ivy Amber Emilia Emma Summer Hannah Eleanor Harriet Rose Amelie Lexi
        Megan Gracie Zara Lacey Martha Anna Violet Darcey Maria Maryam Brooke Aisha Katie Leah Thea Darcie
        Hollie Amy Mollie Heidi Lottie Bethany Francesca Faith Harper Nancy Beatrice Isabel Darcy Lydia Sarah
        Sara Julia Victoria Zoe Robyn Paige Skye Niamh Keira Courtney Jodie Shannon Caitlin Kayleigh Demi Libby
        Tilly Abbie Aimee Alisha Alexandra Rebecca Lauren Nicole Natalie Tia Madison Mya Nevaeh Kacey Kiera
        Tegan Orla Eden Ebony Hope Marnie Lara Penelope
    """,
    "muslim": """
        Aisha Fatima Maryam Zainab Khadija Amina Hafsa Safa Sumayyah Zahra Hana Layla Noor Iqra Sana Aaliyah
        Inaya Yasmin Mariam Samira Halima Ruqayyah Sara Alina Anaya Nadia Rania Salma Huda Mahnoor Ayesha
        Rukhsana Leila Amal Farah Asma
    """,
    "chinese": """
        Mei Jing Xin Yan Emily Chloe Sophie Grace Yiling Xinyi Yutong Hoi Ying Joyce Vivian Alice Cherry Wing Ka
        Jasmine Angela Yuna Zoe Mandy
    """,
}

LOCAL_SURNAMES = """
    Robson Charlton Milburn Dodds Ridley Hedley Storey Forster Armstrong Elliott Bell Graham Davison Stephenson Hodgson
    Nicholson Atkinson Dixon Laidler Nixon Rutherford Potts Curry Fenwick Hepple Telfer Ord Heron Swan Lowes Tate Reay
    Stobbs Proctor Hogg Burn Errington Wardle Maughan Purvis Spence Craig Coulson Humble Carr Reed Hall Young Patterson
    Henderson Watson Thompson Richardson Cowell Hindmarsh Arkle Tulip Liddell Selby Swinburne Trotter Weddell Younger
"""

SURNAMES: dict[str, str] = {
    "muslim": """
        Khan Ahmed Hussain Ali Begum Miah Rahman Islam Uddin Akhtar Mahmood Malik Iqbal Sheikh Chowdhury Hassan
        Hossain Alam Choudhury Aziz Mirza Shah Butt Qureshi Siddiqui Saleh Mansour Haddad Ibrahim Nasser Karim
        Abbas Yousef Rashid Darwish Aslam Raja Kausar
    """,
    "chinese": """
        Wong Chan Li Wang Zhang Chen Liu Lam Cheung Ng Leung Yang Huang Zhao Wu Zhou Lau Ho Tang Kwok Chow Xu
        Sun Ma Yip
    """,
}

STEMS = """
        Ash Birch Black Brad Bramb Broad Brook Burn Cald Carl Castl Chat Cold Crag Cresw Dal Dun East Ellin Fair
        Fell Gar Gos Hal Hart Haw Hazel Heath Hep Hexh Holm Horn Kel Kirk Lang Lin Long Lumb Mar Mid Mor Nether
        New North Oak Over Pen Pick Raven Red Ridd Roth Sand Shel Shot Skel South Stan Stock Stone Tarn Thorn
        Thwait Under Wal Warm Wash Weth Whit Wind Win Wool Wyl
"""
ENDINGS = """
        bury by combe croft den field ford gate ham hill house hurst ley low man ridge shaw side son stead ton
        well wick wood worth
"""
STREETS = """
        Alder Ashgrove Bede Beech Belle Birchwood Broadway Cedar Chestnut Church Cuthbert Derwent Durham Elm
        Fern Front Grange Hawthorn High Holly Ivy Jubilee Lime Linden Maple Marine Mill Northumbria Oakfield
        Park Poplar Quarry Rowan Sandringham Station Sycamore Tyne Victoria Village Wansbeck Wear Westgate
        Willow Windsor Woodlands
"""
STREET_KINDS = ("Street", "Road", "Avenue", "Terrace", "Close", "Gardens", "Way", "Grove")
SPELLINGS = (
    ("Mohammed", "Muhammad", "Mohamed", "Mohammad"),
    ("Aiden", "Aidan", "Ayden"),
    ("Sean", "Shaun", "Shawn"),
    ("Caitlin", "Kaitlyn", "Katelyn"),
    ("Sophie", "Sofie"),
    ("Zak", "Zack", "Zac"),
    ("Jayden", "Jaydon", "Jaiden"),
    ("Callum", "Calum"),
    ("Lewis", "Louis"),
    ("Finley", "Finlay", "Findlay"),
    ("Harley", "Harleigh"),
    ("Kieran", "Ciaran", "Keiran"),
    ("Rhys", "Reece", "Reese"),
    ("Connor", "Conor"),
    ("Connie", "Conny"),
    ("Lilly", "Lily", "Lillie"),
    ("Ellie", "Elly"),
    ("Darcey", "Darcy", "Darcie"),
    ("Isabelle", "Isabel", "Isobel"),
    ("Zoe", "Zoey"),
    ("Kayleigh", "Kaylee", "Kayley"),
    ("Abbie", "Abby", "Abi"),
    ("Tegan", "Teagan"),
    ("Aisha", "Ayesha", "Aishah"),
    ("Fatima", "Fatimah", "Fathima"),
    ("Hussain", "Hussein", "Husain"),
    ("Yusuf", "Yousef", "Yusef"),
    ("Maryam", "Mariam"),
    ("Usman", "Uthman", "Osman"),
    ("Omar", "Umar"),
    ("Ahmed", "Ahmad"),
    ("Chowdhury", "Choudhury", "Choudhary"),
    ("Rahman", "Rehman"),
    ("Miah", "Mia"),
    ("Reid", "Reed", "Read"),
    ("Clark", "Clarke"),
    ("Thompson", "Thomson"),
    ("Davison", "Davidson"),
    ("Stephenson", "Stevenson"),
    ("Elliott", "Elliot", "Eliott"),
    ("Nicholson", "Nicolson"),
    ("Philips", "Phillips"),
    ("Brown", "Browne"),
    ("Smith", "Smyth"),
    ("Gray", "Grey"),
    ("Allan", "Allen", "Alan"),
    ("Harrison", "Harison"),
    ("Foster", "Forster"),
    ("Ridley", "Riddley"),
    ("Robson", "Robison"),
    ("Mcdonald", "Macdonald"),
)
"""Spellings of one name that are heard alike: which one is written is anybody's guess."""
SHORT = {
    "Alexander": "Alex", "Alexandra": "Alex", "Abigail": "Abi", "Benjamin": "Ben", "Cameron": "Cam",
    "Charles": "Charlie", "Christopher": "Chris", "Daniel": "Dan", "Edward": "Eddie", "Elizabeth": "Lizzie",
    "Frederick": "Freddie", "Harrison": "Harry", "Isabella": "Bella", "James": "Jamie", "Jessica": "Jess",
    "Joseph": "Joe", "Joshua": "Josh", "Katie": "Kate", "Matthew": "Matt", "Michael": "Mikey", "Mohammed": "Mo",
    "Muhammad": "Mo", "Nathan": "Nate", "Nicole": "Nicky", "Olivia": "Liv", "Oliver": "Ollie", "Rebecca": "Becky",
    "Robert": "Rob", "Samuel": "Sam", "Thomas": "Tom", "Victoria": "Vicky", "William": "Will", "Zachary": "Zak",
}  # fmt: skip
