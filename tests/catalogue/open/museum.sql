CREATE TABLE department (dept_code TEXT PRIMARY KEY, dept_name TEXT);
CREATE TABLE artist (artist_uuid TEXT PRIMARY KEY, display_name TEXT, born_year INTEGER, died_year INTEGER, wiki_url TEXT);
CREATE TABLE object (object_id INTEGER PRIMARY KEY, accession_no TEXT UNIQUE, title TEXT, artist_uuid TEXT REFERENCES artist(artist_uuid),
  dept_code TEXT REFERENCES department(dept_code), acquired DATETIME, insured_value DECIMAL(12, 2), height_cm REAL, width_cm REAL,
  on_display TEXT, picture BLOB, provenance TEXT, metadata TEXT);
CREATE TABLE exhibition (id INTEGER PRIMARY KEY, name TEXT, opens DATE, closes DATE, visitors INTEGER);
CREATE TABLE exhibition_object (exhibition_id INTEGER REFERENCES exhibition(id), object_id INTEGER REFERENCES object(object_id),
  PRIMARY KEY (exhibition_id, object_id));
CREATE TABLE loan_request (id INTEGER PRIMARY KEY, object_id INTEGER REFERENCES object(object_id), borrower TEXT, requested DATE);
INSERT INTO department SELECT turn(n, 'PNT|SCU|PHO|TEX'), turn(n, 'Paintings|Sculpture|Photography|Textiles') FROM numbers WHERE n <= 4;
INSERT INTO artist SELECT unique_id(n), first_name(n) || ' ' || last_name(n), whole(n, 1600, 1900), whole(n, 1901, 1990),
  'https://wiki.example.org/artist/' || n FROM numbers WHERE n <= 60;
INSERT INTO object SELECT n, printf('%d.%d', whole(n, 1900, 1999), n), words(n, 3), unique_id(whole(n, 1, 60)), pick(n, 'PNT|SCU|PHO|TEX'),
  whole(n, 1900, 2020) || '-01-01 00:00:00', fraction(n, 1000, 900000, 2), fraction(n, 10, 300, 1), fraction(n, 10, 310, 1), pick(n, 't|f|f'),
  png(n), prose(n), '{"material": "' || pick(n, 'oil|bronze|wood') || '", "parts": ' || whole(n, 1, 4) || '}' FROM numbers WHERE n <= 180;
INSERT INTO exhibition SELECT n, words(n), day(n, '2015-01-01', '2019-12-31'), day(n, '2020-01-01', '2024-12-31'), whole(n, 4000, 90000)
  FROM numbers WHERE n <= 25;
INSERT INTO exhibition_object SELECT DISTINCT whole(n, 1, 25), whole(n, 1, 180) FROM numbers WHERE n <= 200;
