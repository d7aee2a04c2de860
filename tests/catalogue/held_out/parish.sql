CREATE TABLE gemeindeglied (mitglied_id INTEGER PRIMARY KEY, vorname TEXT, nachname TEXT, geburtsdatum DATETIME, e_mail TEXT, telefon TEXT, strasse TEXT, plz TEXT, konfirmiert TEXT);
CREATE TABLE pfarrer (pfarrer_id INTEGER PRIMARY KEY, vorname TEXT, nachname TEXT, amtsantritt_jahr INTEGER);
CREATE TABLE amtshandlung_art (art_kz TEXT PRIMARY KEY, bezeichnung TEXT);
CREATE TABLE amtshandlung (id INTEGER PRIMARY KEY, mitglied_id INTEGER REFERENCES gemeindeglied(mitglied_id), pfarrer_id INTEGER REFERENCES pfarrer(pfarrer_id),
  art_kz TEXT REFERENCES amtshandlung_art(art_kz), datum DATETIME, notiz TEXT);
CREATE TABLE spende (spende_nr INTEGER PRIMARY KEY, mitglied_id INTEGER REFERENCES gemeindeglied(mitglied_id), betrag DECIMAL(9, 2), eingang DATETIME, zweck TEXT, quittiert INTEGER);
CREATE TABLE gruppe (gruppe_id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE gruppe_mitglied (gruppe_id INTEGER REFERENCES gruppe(gruppe_id), mitglied_id INTEGER REFERENCES gemeindeglied(mitglied_id), PRIMARY KEY (gruppe_id, mitglied_id));
INSERT INTO gemeindeglied SELECT n, first_name(n), last_name(n), day(n, '1935-01-01', '2014-12-31') || ' 00:00:00', email(n, 'gemeinde.de'), phone(n), street(n), postcode(n), pick(n, 'ja|ja|nein') FROM numbers WHERE n <= 160;
INSERT INTO pfarrer SELECT n, first_name(n + 200), last_name(n + 200), whole(n, 1985, 2022) FROM numbers WHERE n <= 6;
INSERT INTO amtshandlung_art SELECT turn(n, 'TAU|KON|TRA|BES'), turn(n, 'Taufe|Konfirmation|Trauung|Bestattung') FROM numbers WHERE n <= 4;
INSERT INTO amtshandlung SELECT n, whole(n, 1, 160), whole(n, 1, 6), pick(n, 'TAU|KON|TRA|BES'), day(n, '2018-01-01', '2024-12-31') || ' 00:00:00', CASE WHEN n % 3 = 0 THEN prose(n) END FROM numbers WHERE n <= 150;
INSERT INTO spende SELECT n, whole(n, 1, 160), whole(n, 1, 80) * 2.5, day(n, '2022-01-01', '2024-12-31') || ' 00:00:00', pick(n, 'Orgel|Diakonie|Kita'), pick(n, '1|1|0') FROM numbers WHERE n <= 260;
INSERT INTO gruppe SELECT n, turn(n, 'Kirchenchor|Posaunenchor|Jugendkreis|Seniorenkreis') FROM numbers WHERE n <= 4;
INSERT INTO gruppe_mitglied SELECT DISTINCT whole(n, 1, 4), whole(n, 1, 160) FROM numbers WHERE n <= 110;
