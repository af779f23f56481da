"""Word lists for made-up customers: names, streets and places of several cultures. None of the people exists.

The first words of a list are the frequent ones. Cities stand with region and first digits of their postal codes.
"""

MALE = {
    "en": """James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew
        Anthony Mark Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Edward Ronald Timothy Jason
        Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel
        Gregory Frank Alexander Raymond Patrick Jack Dennis Jerry Tyler Aaron Henry Adam Douglas Nathan
        Peter Zachary Kyle Walter Harold Jeremy Ethan Carl Keith Roger Gerald Christian Terry Sean Arthur
        Austin Noah Lawrence Jesse Joe Bryan Billy Jordan Albert""",
    "de": """Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Günter Stefan Christian Uwe Werner Horst
        Frank Dieter Manfred Gerhard Hans Bernd Torsten Matthias Helmut Walter Heinz Martin Jörg Rolf Jens
        Sven Alexander Jan Rainer Holger Karl Dirk Joachim Ralf Carsten Herbert Oliver Wilhelm Kurt Markus
        Heinrich Paul Hermann Norbert Georg Rudolf Lukas Felix Jonas Maximilian Tobias Florian Sebastian
        Daniel Philipp Johannes David Simon Fabian Moritz Leon Finn Elias Noah Emil Anton Friedrich Otto
        Ernst Kai Lars Volker Detlef Siegfried Ulrich Sascha""",
    "fr": """Jean Pierre Michel André Philippe René Louis Alain Jacques Bernard Marcel Daniel Roger Robert
        Paul Claude Christian Henri Georges Nicolas François Patrick Gérard Christophe Joseph Julien Maurice
        Laurent Frédéric Éric David Stéphane Pascal Sébastien Thierry Olivier Thomas Alexandre Raymond
        Antoine Lucas Hugo Théo Nathan Mathis Enzo Clément Maxime Baptiste Guillaume Romain Adrien Quentin
        Benoît Arnaud Vincent Bruno Gilles Didier Serge Yves Hervé Xavier Fabrice Jérôme Cédric Damien
        Grégory Ludovic Mathieu Raphaël Gabriel Léo Jules Arthur Émile""",
    "es": """Antonio Manuel José Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael
        Pablo Pedro Ángel Sergio Fernando Jorge Luis Alberto Álvaro Adrián Diego Raúl Iván Rubén Enrique
        Ramón Óscar Vicente Andrés Joaquín Santiago Víctor Eduardo Mario Roberto Jaime Marcos Ignacio Hugo
        Alfonso Jordi Salvador Ricardo Guillermo Gabriel Emilio Gonzalo Julio Julián Tomás Martín Agustín
        Félix Nicolás Samuel Ismael Cristian Héctor Mariano Domingo Sebastián Esteban Lucas Mateo Leo Bruno
        Rodrigo Lorenzo Gregorio César Xavier Felipe Rodolfo""",
    "pl": """Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Stanisław Jakub Adam Marek Łukasz
        Grzegorz Mateusz Wojciech Mariusz Dariusz Zbigniew Maciej Rafał Robert Kamil Jerzy Szymon""",
    "vi": "Minh Hùng Dũng Tuấn Anh Nam Long Quang Hải Đức Thành Phúc Khoa Việt Bảo Sơn",
    "zh": "伟 强 磊 军 勇 杰 涛 明 超 建国 志强 建华 文 鹏 浩 宇",
    "ru": """Александр Сергей Дмитрий Андрей Алексей Максим Иван Михаил Николай Владимир Павел Константин
        Юрий Олег Виктор Игорь""",
    "ar": "محمد أحمد علي حسن حسين خالد عمر يوسف إبراهيم محمود سعيد كريم طارق سامي",
}

FEMALE = {
    "en": """Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Sandra
        Margaret Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Dorothy Rebecca
        Sharon Laura Cynthia Amy Kathleen Angela Shirley Brenda Emma Anna Pamela Nicole Samantha Katherine
        Christine Helen Debra Rachel Carolyn Janet Maria Catherine Heather Diane Olivia Julie Joyce Victoria
        Ruth Virginia Lauren Kelly Christina Joan Evelyn Judith Andrea Hannah Megan Cheryl Jacqueline Martha
        Madison Teresa Gloria Sara Janice Ann Kathryn Abigail Sophia Frances Jean""",
    "de": """Maria Ursula Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Erika Andrea
        Gisela Claudia Susanne Gabriele Christa Christine Hildegard Anna Birgit Barbara Gerda Stefanie Ute
        Angelika Heike Martina Anja Nicole Katharina Julia Silke Kerstin Sandra Melanie Daniela Tanja Simone
        Katrin Marion Ilse Edith Irmgard Anke Cornelia Anneliese Margarete Ruth Lena Laura Sarah Lisa Hannah
        Emma Mia Sophie Lea Leonie Johanna Charlotte Clara Luisa Frieda Greta Ida Mathilda Antje Bärbel
        Rosemarie Waltraud Käthe Jana Franziska""",
    "fr": """Marie Jeanne Françoise Monique Catherine Nathalie Isabelle Jacqueline Anne Sylvie Martine
        Madeleine Nicole Suzanne Hélène Christine Marguerite Denise Louise Christiane Yvonne Valérie Sophie
        Sandrine Stéphanie Céline Chantal Patricia Brigitte Julie Véronique Émilie Aurélie Laura Camille Léa
        Manon Chloé Emma Inès Jade Alice Lucie Charlotte Pauline Mathilde Marine Anaïs Élodie Virginie
        Karine Delphine Corinne Dominique Béatrice Annie Michèle Colette Simone Odette Paulette Geneviève
        Thérèse Claire Juliette Margaux Agathe Zoé Noémie Éloïse Gaëlle Florence Laurence Muriel Agnès""",
    "es": """María Carmen Josefa Isabel Dolores Pilar Teresa Ana Francisca Laura Cristina Antonia Marta
        Mercedes Lucía Rosario Elena Concepción Raquel Sara Paula Manuela Juana Rosa Beatriz Encarnación
        Patricia Irene Julia Silvia Montserrat Andrea Rocío Mónica Alba Ángela Sonia Alicia Sandra Susana
        Marina Yolanda Natalia Margarita Inmaculada Eva Claudia Esther Verónica Noelia Ángeles Carolina
        Lorena Nuria Amparo Victoria Miriam Inés Lidia Catalina Consuelo Sofía Gloria Olga Emilia Daniela
        Martina Valeria Carla Celia Aitana Vega Noa Olivia Adriana""",
    "pl": """Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Magdalena Elżbieta Joanna
        Aleksandra Zofia Monika Teresa Danuta Natalia Karolina Marta Julia Beata Dorota Alicja Halina
        Jadwiga""",
    "vi": "Linh Lan Hương Mai Hoa Thảo Trang Ngọc Hà Thu Phương Vân Yến Nga Hạnh Nhung",
    "zh": "芳 娜 敏 静 丽 艳 娟 霞 秀英 桂英 玉兰 婷婷 雪 梅 琳 佳",
    "ru": """Анна Елена Ольга Наталья Екатерина Мария Татьяна Ирина Светлана Юлия Анастасия Дарья Людмила
        Галина Валентина Марина""",
    "ar": "فاطمة عائشة مريم زينب نور ليلى سارة هدى سلمى أمينة رانيا ياسمين دينا منى",
}

SURNAMES = {
    "en": """Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Jackson
        Martin Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Green Baker
        Adams Nelson Hill Campbell Mitchell Roberts Carter Phillips Evans Turner Parker Edwards Collins
        Stewart Morris Murphy Cook Rogers Morgan Cooper Peterson Bailey Reed Kelly Howard Ward Cox
        Richardson Watson Brooks Wood James Bennett Gray Hughes Price Myers Long Foster Sanders Ross Powell
        Sullivan Russell Jenkins Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson Jordan
        Reynolds Hamilton Graham Wallace Cole West Hayes Bryant Ellis Stevens Gibson Ford Marshall Owens
        McDonald Harrison Kennedy Wells Webb Hunter Freeman Hunt Simpson Mason Dixon Grant Knight Ferguson
        Stone Hawkins Dunn Perkins Hudson Spencer Gardner Payne Pierce Berry Matthews Arnold Willis Carroll
        Lane Andrews Cunningham Bradley Riley Armstrong Lawrence Elliott Chapman Lawson Oliver Fox O'Brien
        Carr Bishop Burke Hart Barker Walsh Fletcher Holmes Palmer Ashworth Pemberton Whitaker Thackeray
        Ravenscroft Babcock""",
    "de": """Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer
        Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt
        Werner Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser
        Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger
        Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin
        Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf
        Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Wolff
        Pfeiffer Ernst Lindner Hübner Kramer Franz Beyer Wenzel Barth Kaufmann Geiger Riedel Ritter Bachmann
        Förster Reuter Grimm Kern Lenz Böttcher Heinz Nowak Fink Marx Thiel Seifert Henkel Behrens Straßer
        Häußler Knoblauch Oberländer Wüstenhagen Ackermann Eichhorn Rosenthal Steinbach Zöllner Kirchhoff
        Bender Fuhrmann Gebhardt Hesse Jansen Kessler Löffler Mertens Noack Petersen Rauch Sander Stahl
        Urban Wegner Ziegenhagen""",
    "fr": """Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre
        Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent
        Muller Lefèvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier
        Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis
        Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet
        Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard
        Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre Benoît Rey Leclerc
        Payet Rolland Leclercq Guillaume Lecomte Lopez Jean Dupuy Guillot Hubert Berger Carpentier Sanchez
        Dupuis Moulin Louis Deschamps Huet Vasseur Perez Boucher Fleury Royer Klein Jacquet Adam Paris
        Poirier Marty Aubry Guyot Carré Charles Renault Charpentier Ménard Maillard Baron Bertin Bailly
        Hervé Schneider Fernandez Collet Léger Bouvier Julien Prévost Millet Perrot Daniel Cousin Germain
        Besson Tessier Vallée Weber""",
    "es": """García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz
        Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos
        Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega Delgado Castro Ortiz Rubio Marín Sanz Núñez
        Iglesias Medina Garrido Cortés Castillo Santos Lozano Guerrero Cano Prieto Méndez Cruz Calvo Gallego
        Vidal León Márquez Herrera Peña Flores Cabrera Campos Vega Fuentes Carrasco Díez Caballero Reyes
        Nieto Aguilar Pascual Santana Herrero Lorenzo Montero Hidalgo Giménez Ibáñez Ferrer Durán Santiago
        Benítez Mora Vicente Vargas Arias Carmona Crespo Román Pastor Soto Sáez Velasco Moya Soler Parra
        Esteban Bravo Gallardo Rojas Pardo Merino Franco Espinosa Izquierdo Lara Rivas Silva Rivera Casado
        Arroyo Redondo Camacho Rey Vera Otero Luque Galán Montes Ríos Sierra Segura Carrillo Marcos Marti
        Soriano Mendoza Bernal Robles Vila Valero Palacios Exposito Benito Andrés Varela Pereira Macías
        Guerra Heredia Bueno Roldán Mateo Villar Contreras Miranda Guillén Mateos Escudero Aguilera Casas""",
    "pl": """Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak
        Dąbrowski Kozłowski Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski
        Grabowski Zając Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski Olszewski""",
    "vi": "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý",
    "zh": "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 欧阳 司马",
    "ru": """Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков
        Алексеев Лебедев Семёнов Егоров Павлов Козлов Степанов Орлов""",
    "ar": "الخطيب حداد نجار منصور صالح الشامي عبد الله القاسم بكر الحسن عثمان سليمان".replace("عبد الله", "عبدالله"),
}

NICKNAMES = {
    "Robert": "Bob", "William": "Bill", "Richard": "Dick", "James": "Jim", "Michael": "Mike", "Thomas": "Tom",
    "Charles": "Chuck", "Christopher": "Chris", "Daniel": "Dan", "Matthew": "Matt", "Anthony": "Tony",
    "Joseph": "Joe", "Edward": "Ted", "Elizabeth": "Liz", "Margaret": "Peggy", "Patricia": "Pat",
    "Jennifer": "Jenny", "Susan": "Sue", "Katherine": "Kate", "Deborah": "Debbie", "Rebecca": "Becky",
    "Kimberly": "Kim", "Samantha": "Sam", "Joshua": "Josh", "Johannes": "Hannes", "Maximilian": "Max",
    "Sebastian": "Basti", "Alexander": "Alex", "Joachim": "Jochen", "Friedrich": "Fritz", "Heinrich": "Heiner",
    "Katharina": "Kathi", "Franziska": "Franzi", "Elisabeth": "Lisa", "Margarete": "Grete", "Stefanie": "Steffi",
    "Andreas": "Andi", "Francisco": "Paco", "José": "Pepe", "Ignacio": "Nacho", "Manuel": "Manolo",
    "Dolores": "Lola", "Concepción": "Concha", "Isabel": "Isa", "Frédéric": "Fred", "Nicolas": "Nico",
    "Catherine": "Cathy", "Philippe": "Phil", "Stéphane": "Steph", "Małgorzata": "Gosia", "Katarzyna": "Kasia",
    "Aleksandra": "Ola", "Александр": "Саша", "Екатерина": "Катя", "Дмитрий": "Дима", "Мария": "Маша",
}  # fmt: skip

STREETS = {
    "en": """High Station Church Park Victoria Green Main Manor Kings Queens Oak Maple Cedar Elm Washington Lake Hill
        Walnut Spring North Ridge Mill River Meadow""",
    "de": """Haupt Schul Garten Bahnhof Dorf Berg Birken Linden Kirch Wald Ring Schiller Goethe Jahn Wiesen Rosen Buchen
        Mühlen Tannen Feld""",
    "fr": """de l'Église|de la Mairie|du Moulin|de la Gare|Victor Hugo|Pasteur|Jean Jaurès|des Écoles|du Château|de la
        Fontaine|des Lilas|de la République|Émile Zola|du Stade|des Rosiers|Voltaire""",
    "es": """Mayor|Real|Nueva|del Sol|de la Iglesia|San José|Santa María|de la Constitución|del Carmen|Cervantes|Goya
        |Colón""",
    "pl": "Polna Leśna Słoneczna Krótka Szkolna Ogrodowa Lipowa Łąkowa Brzozowa Kwiatowa Kościelna Sosnowa",
    "vi": "Lê Lợi|Nguyễn Huệ|Trần Hưng Đạo|Hai Bà Trưng|Lý Thường Kiệt|Điện Biên Phủ",
    "zh": "人民路 中山路 解放路 建设路 和平街 长江路",
    "ru": "Ленина Мира Советская Садовая Лесная Школьная Молодёжная Набережная",
    "ar": "الملك فيصل|النصر|الجمهورية|التحرير|السلام|الزهراء",
}

# city, region, first characters of its postal codes
CITIES = {
    "US": """Springfield:IL:627 Portland:OR:972 Austin:TX:787 Denver:CO:802 Columbus:OH:432 Boston:MA:021 Madison:WI:537
        Seattle:WA:981 Phoenix:AZ:850 Atlanta:GA:303 Albany:NY:122 Salem:OR:973 Nashville:TN:372 Richmond:VA:232""",
    "GB": """London::SW Manchester::M Leeds::LS Bristol::BS Sheffield::S York::YO Norwich::NR Oxford::OX Glasgow::G
        Cardiff::CF Exeter::EX Bath::BA""",
    "DE": """Berlin:BE:101 Hamburg:HH:203 München:BY:803 Köln:NW:506 Frankfurt am Main:HE:603 Stuttgart:BW:701
        Düsseldorf:NW:402 Leipzig:SN:041 Dresden:SN:010 Hannover:NI:301 Nürnberg:BY:904 Bremen:HB:281 Lindau:BY:881
        Görlitz:SN:028 Würzburg:BY:970""",
    "FR": """Paris:IDF:750 Marseille:PAC:130 Lyon:ARA:690 Toulouse:OCC:310 Nice:PAC:060 Nantes:PDL:440
        Strasbourg:GES:670 Bordeaux:NAQ:330 Lille:HDF:590 Rennes:BRE:350 Saint-Étienne:ARA:420 Orléans:CVL:450""",
    "ES": """Madrid:MD:280 Barcelona:CT:080 Valencia:VC:460 Sevilla:AN:410 Zaragoza:AR:500 Málaga:AN:290 Bilbao:PV:480
        Cádiz:AN:110 Córdoba:AN:140 A Coruña:GA:150""",
    "AR": "Buenos Aires:C:10 Rosario:S:20 Mendoza:M:55 La Plata:B:19 Salta:A:44",
    "PL": "Warszawa:MZ:00 Kraków:MA:30 Łódź:LD:90 Wrocław:DS:50 Poznań:WP:60 Gdańsk:PM:80 Szczecin:ZP:70",
    "VN": "Hà Nội:HN:1000 Đà Nẵng:DN:5500 Huế:TT:4900 Cần Thơ:CT:9400",
    "CN": "北京:BJ:1000 上海:SH:2000 广州:GD:5100 成都:SC:6100 西安:SN:7100",
    "RU": "Москва:MOW:101 Казань:TA:420 Самара:SAM:443 Пермь:PER:614 Тула:TUL:300",
    "EG": "القاهرة:C:115 الإسكندرية:ALX:215 الجيزة:GZ:125",
}

TRADES = """Bäckerei:de Metallbau:de Gartenbau:de Spedition:de Druckerei:de Logistics:en Trading:en Foods:en Systems:en
    Builders:en Consulting:en Textiles:en Boulangerie:fr Transports:fr Imprimerie:fr Menuiserie:fr Talleres:es
    Transportes:es Panadería:es Construcciones:es Piekarnia:pl Drukarnia:pl"""
LEGAL_FORMS = {"en": "Ltd Inc LLC", "de": "GmbH AG KG", "fr": "SARL SAS SA", "es": "S.L. S.A.", "pl": "Sp.z.o.o. S.A."}
MAIL_DOMAINS = "mail.example post.example freemail.example webmail.example inbox.example"
