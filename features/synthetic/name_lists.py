"""Forenames and surnames the synthetic children draw from, by broad naming tradition. Nobody real is meant."""

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
    "indian": """
        Arjun Aarav Rohan Dev Krish Vihaan Ishaan Aryan Nikhil Karan Rahul Sai Ayush Advait Jai Veer Kiran
        Aditya Rishi Dhruv Harjot Gurpreet Manav Neel Samir Ashwin Pranav Kunal
    """,
    "chinese": """
        Wei Jun Hao Ming Jason Kevin Ethan Ryan Daniel Zihan Yichen Haoran Lok Chun Felix Jayden Aiden Eric Ka
        Anson Marcus Tin Leo Jacky
    """,
    "african": """
        Emmanuel David Samuel Daniel Joshua Michael Isaac Tobi Ayo Kwame Kofi Chidi Emeka Tunde Malachi Elijah
        Ezra Jeremiah Nathaniel Prince Abel Yonas Henok Abdi Mohamed Ibrahim Kelvin Tendai Tinashe Jean Blessing
        Favour Victor Dami Femi Obinna Zion
    """,
    "european": """
        Jakub Kacper Filip Szymon Oliwier Antoni Adam Mateusz Oskar Nikodem Luca Matteo Andrei Stefan Alexandru
        David Ionut Dominik Lukas Marek Tomas Ivan Nikola Milan Patrik Denis Viktor Maksim
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
    "indian": """
        Anaya Diya Priya Aanya Riya Saanvi Isha Meera Kavya Ananya Anika Nisha Pooja Shreya Tara Aditi Jaya
        Simran Jasleen Harleen Neha Divya Lakshmi Sneha Maya Nandini
    """,
    "chinese": """
        Mei Jing Xin Yan Emily Chloe Sophie Grace Yiling Xinyi Yutong Hoi Ying Joyce Vivian Alice Cherry Wing Ka
        Jasmine Angela Yuna Zoe Mandy
    """,
    "african": """
        Blessing Grace Esther Favour Deborah Ruth Faith Joy Precious Miriam Amara Chioma Ngozi Adaeze Temi Ama
        Akosua Naomi Hannah Zuri Nia Selam Bethlehem Hodan Fatou Mercy Princess Rutendo Thandi Gloria Abigail
        Tiwa Simi Ayomide
    """,
    "european": """
        Zuzanna Julia Maja Lena Hanna Zofia Oliwia Amelia Alicja Antonina Maria Andreea Ioana Elena Sofia Ana
        Nikola Viktoria Emma Laura Giulia Daria Alexandra Natalia Karolina Magdalena Veronika Ivana
    """,
}

SURNAMES: dict[str, str] = {
    "british": """
        Smith Jones Brown Taylor Wilson Robson Robinson Thompson Johnson Walker Bell Hall Young Wright White
        Davison Watson Dixon Scott Armstrong Charlton Elliott Milburn Dodds Ridley Hedley Storey Forster Foster
        Graham Richardson Anderson Wood Turner Harrison Clark Jackson Hughes Edwards Green Lewis Harris Martin
        Cooper King Lee Baker Harvey Simpson Marshall Hunter Henderson Stewart Murray Reed Shaw Palmer Mason
        Hudson Nicholson Pearson Atkinson Stephenson Hodgson Patterson Humble Carr Coulson Laidler Nixon
        Rutherford Potts Curry Fenwick Hepple Telfer Ord Heron Swan Gibson Lowes Tate Oliver Reay Stobbs Proctor
        Hogg Burn Errington Wardle Maughan Purvis Spence Craig Duffy Kelly Murphy Gallagher Docherty Quinn
        Ferguson Campbell Reid Kerr Ross Hamilton
    """,
    "muslim": """
        Khan Ahmed Hussain Ali Begum Miah Rahman Islam Uddin Akhtar Mahmood Malik Iqbal Sheikh Chowdhury Hassan
        Hossain Alam Choudhury Aziz Mirza Shah Butt Qureshi Siddiqui Saleh Mansour Haddad Ibrahim Nasser Karim
        Abbas Yousef Rashid Darwish Aslam Raja Kausar
    """,
    "indian": """
        Patel Singh Sharma Kaur Kumar Nair Reddy Gupta Shah Menon Thomas Mathew Joseph Varghese Iyer Rao Das
        Pillai Joshi Mehta Desai Verma Bose Chandra Gill Dhillon Sandhu George
    """,
    "chinese": """
        Wong Chan Li Wang Zhang Chen Liu Lam Cheung Ng Leung Yang Huang Zhao Wu Zhou Lau Ho Tang Kwok Chow Xu
        Sun Ma Yip
    """,
    "african": """
        Okafor Adeyemi Mensah Osei Boateng Owusu Adebayo Okonkwo Eze Nwosu Abdi Mohamed Tesfaye Haile Moyo Ncube
        Dube Sibanda Kamara Conteh Diallo Bangura Mukendi Kabongo Asante Balogun Olawale Chukwu Banda Phiri
        Francis Williams Joseph Ojo
    """,
    "european": """
        Kowalski Nowak Wisniewski Kaminski Lewandowski Zielinski Szymanski Wozniak Popescu Ionescu Popa Dumitru
        Horvath Novak Dvorak Petrov Ivanov Kovacs Balog Rossi Ricci Silva Santos Costa Ferreira Lacatus Stan
        Radu
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
SHORT = {
    "Alexander": "Alex", "Alexandra": "Alex", "Abigail": "Abi", "Benjamin": "Ben", "Cameron": "Cam",
    "Charles": "Charlie", "Christopher": "Chris", "Daniel": "Dan", "Edward": "Eddie", "Elizabeth": "Lizzie",
    "Frederick": "Freddie", "Harrison": "Harry", "Isabella": "Bella", "James": "Jamie", "Jessica": "Jess",
    "Joseph": "Joe", "Joshua": "Josh", "Katie": "Kate", "Matthew": "Matt", "Michael": "Mikey", "Mohammed": "Mo",
    "Muhammad": "Mo", "Nathan": "Nate", "Nicole": "Nicky", "Olivia": "Liv", "Oliver": "Ollie", "Rebecca": "Becky",
    "Robert": "Rob", "Samuel": "Sam", "Thomas": "Tom", "Victoria": "Vicky", "William": "Will", "Zachary": "Zak",
}  # fmt: skip
