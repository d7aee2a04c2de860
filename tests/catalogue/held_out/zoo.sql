CREATE TABLE t_species (spec_code TEXT PRIMARY KEY, common_name TEXT, latin_name TEXT, endangered INTEGER, photo_url TEXT);
CREATE TABLE t_enclosure (enc_id INTEGER PRIMARY KEY, enc_label TEXT, area_m2 REAL, geo_lat REAL, geo_lon REAL);
CREATE TABLE t_keeper (keeper_id INTEGER PRIMARY KEY, position_title TEXT, fname TEXT, lname TEXT, cell_phone TEXT, e_mail TEXT);
CREATE TABLE t_animal (animal_id INTEGER PRIMARY KEY, chip_uuid TEXT UNIQUE, pet_name TEXT, spec_code TEXT REFERENCES t_species(spec_code), enc_id INTEGER REFERENCES t_enclosure(enc_id),
  dam_id INTEGER REFERENCES t_animal(animal_id), born DATETIME, weight_kg REAL, neutered TEXT, remarks TEXT);
CREATE TABLE t_keeper_enclosure (keeper_id INTEGER REFERENCES t_keeper(keeper_id), enc_id INTEGER REFERENCES t_enclosure(enc_id), PRIMARY KEY (keeper_id, enc_id));
CREATE TABLE t_feeding (feed_id INTEGER PRIMARY KEY, animal_id INTEGER REFERENCES t_animal(animal_id), keeper_id INTEGER REFERENCES t_keeper(keeper_id), fed_at DATETIME, food TEXT, amount_kg REAL, eaten_share REAL);
CREATE TABLE t_adoption (adoption_no INTEGER PRIMARY KEY, animal_id INTEGER REFERENCES t_animal(animal_id), sponsor_email TEXT, yearly_fee NUMERIC(8, 2), since_year INTEGER);
INSERT INTO t_species SELECT turn(n, 'LION|ZEBR|OTTR|PENG|IBEX|TAPR'), turn(n, 'Lion|Zebra|Otter|Penguin|Ibex|Tapir'), turn(n, 'Panthera leo|Equus quagga|Lutra lutra|Spheniscus demersus|Capra ibex|Tapirus indicus'), pick(n, '0|1'), 'https://zoo.example.org/s/' || n || '.jpg' FROM numbers WHERE n <= 6;
INSERT INTO t_enclosure SELECT n, turn(n, 'Savanna|Rock|Pool|Lagoon|Meadow|Grove|North house|South house'), fraction(n, 80, 9000, 1), fraction(n, 52.1, 52.2, 6), fraction(n, 9.5, 9.6, 6) FROM numbers WHERE n <= 8;
INSERT INTO t_keeper SELECT n, pick(n, 'Keeper|Keeper|Head keeper|Vet'), first_name(n), last_name(n), phone(n), email(n, 'zoo.example') FROM numbers WHERE n <= 26;
INSERT INTO t_animal SELECT n, unique_id(n), first_name(n) || ' ' || whole(n, 1, 9) || char(65 + n % 26), pick(n, 'LION|ZEBR|OTTR|PENG|IBEX|TAPR'), whole(n, 1, 8), CASE WHEN n > 30 AND n % 3 = 0 THEN whole(n, 1, 30) END,
  day(n, '2005-01-01', '2024-10-31') || ' 00:00:00', fraction(n, 2, 320, 1), pick(n, 'true|false|false'), CASE WHEN n % 2 THEN prose(n) END FROM numbers WHERE n <= 110;
INSERT INTO t_keeper_enclosure SELECT DISTINCT n, whole(n, 1, 8) FROM numbers WHERE n <= 26;
INSERT INTO t_feeding SELECT n, whole(n, 1, 110), whole(n, 1, 26), moment(n, '2024-01-01', '2024-12-31'), pick(n, 'meat|hay|fish|fruit'), fraction(n, 0.2, 12, 2), fraction(n, 0.3, 1, 2) FROM numbers;
INSERT INTO t_adoption SELECT n, whole(n, 1, 110), email(n), whole(n, 2, 20) * 25, whole(n, 2012, 2024) FROM numbers WHERE n <= 70;
