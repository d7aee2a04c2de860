CREATE TABLE Betrieb (BetriebNr INTEGER PRIMARY KEY, Bezeichnung TEXT, Ort TEXT, PLZ TEXT, Breitengrad REAL, Laengengrad REAL);
CREATE TABLE Feld (FeldNr INTEGER PRIMARY KEY, BetriebNr INTEGER REFERENCES Betrieb(BetriebNr), Flurname TEXT, Flaeche_ha REAL, Bewaessert TEXT);
CREATE TABLE Kultur (Kuerzel TEXT PRIMARY KEY, Name TEXT);
CREATE TABLE Ernte (ErnteNr INTEGER PRIMARY KEY, FeldNr INTEGER REFERENCES Feld(FeldNr), Kuerzel TEXT REFERENCES Kultur(Kuerzel),
  Erntedatum DATETIME, Ertrag_kg INTEGER, Feuchteanteil REAL, Erloes DECIMAL(12, 2), Bemerkung TEXT);
CREATE TABLE Tier (OhrmarkenNr TEXT PRIMARY KEY, Art TEXT, Geburtsjahr INTEGER, Gewicht_kg REAL, BetriebNr INTEGER REFERENCES Betrieb(BetriebNr));
INSERT INTO Betrieb SELECT n, turn(n, 'Hof Sonnental|Lindenhof|Moorgut|Birkenhof|Seehof|Talhof'), city(n), postcode(n),
  fraction(n, 47.5, 54.5, 5), fraction(n, 6.5, 14.5, 5) FROM numbers WHERE n <= 6;
INSERT INTO Feld SELECT n, whole(n, 1, 6), words(n), fraction(n, 0.5, 25, 2), pick(n, 'J|N|N') FROM numbers WHERE n <= 50;
INSERT INTO Kultur SELECT turn(n, 'WW|RO|MA|KA|ZR'), turn(n, 'Winterweizen|Roggen|Mais|Kartoffel|Zuckerrübe') FROM numbers WHERE n <= 5;
INSERT INTO Ernte SELECT n, whole(n, 1, 50), pick(n, 'WW|RO|MA|KA|ZR'), day(n, '2019-06-01', '2024-10-31') || ' 00:00:00',
  whole(n, 900, 60000), fraction(n, 0.05, 0.3, 3), fraction(n, 200, 9000, 2), CASE WHEN n % 3 = 0 THEN prose(n) END FROM numbers WHERE n <= 220;
INSERT INTO Tier SELECT 'DE' || printf('%010d', n * 65537), pick(n, 'Rind|Schwein|Schaf'), whole(n, 2014, 2024), fraction(n, 40, 800, 1),
  whole(n, 1, 6) FROM numbers WHERE n <= 90;
