CREATE TABLE analyte (analyte_code TEXT PRIMARY KEY, analyte_name TEXT, unit TEXT);
CREATE TABLE site (site_id INTEGER PRIMARY KEY, description TEXT, lat REAL, lng REAL);
CREATE TABLE sample (sample_uuid TEXT PRIMARY KEY, barcode TEXT UNIQUE, site_id INTEGER REFERENCES site(site_id), collected_at DATETIME, received_on DATETIME,
  volume_ml REAL, contaminated TEXT, raw_header TEXT);
CREATE TABLE result (sample_uuid TEXT REFERENCES sample(sample_uuid), analyte_code TEXT REFERENCES analyte(analyte_code), value REAL, ph REAL, within_limit INTEGER,
  recovery_rate REAL, PRIMARY KEY (sample_uuid, analyte_code));
CREATE TABLE instrument (id INTEGER PRIMARY KEY, serial_no TEXT UNIQUE, installed INTEGER, last_calibrated DATE);
INSERT INTO analyte SELECT turn(n, 'NO3|PO4|CL|FE|PB'), turn(n, 'Nitrate|Phosphate|Chloride|Iron|Lead'), turn(n, 'mg/l|mg/l|mg/l|µg/l|µg/l') FROM numbers WHERE n <= 5;
INSERT INTO site SELECT n, turn(n, 'River mouth|Upper weir|Old well|Reservoir|Spring|Harbour basin'), fraction(n, 50, 52, 5), fraction(n, 7, 9, 5) FROM numbers WHERE n <= 6;
INSERT INTO sample SELECT unique_id(n), printf('S%06d', n * 17), whole(n, 1, 6), moment(n, '2023-01-01', '2024-12-31'), day(n, '2023-01-02', '2025-01-10') || ' 00:00:00',
  fraction(n, 50, 500, 1), pick(n, 'false|false|false|true'), '{"depth": ' || whole(n, 1, 30) || ', "crew": ["' || first_name(n) || '"]}' FROM numbers WHERE n <= 150;
INSERT OR IGNORE INTO result SELECT unique_id(whole(n, 1, 150)), pick(n, 'NO3|PO4|CL|FE|PB'), fraction(n, 0.01, 80, 3), fraction(n, 5.5, 8.5, 2), pick(n, '1|1|1|0'),
  fraction(n, 0.8, 1, 3) FROM numbers;
INSERT INTO instrument SELECT n, printf('SN-%05d', n * 773), whole(n, 2008, 2023), day(n, '2023-01-01', '2024-12-31') FROM numbers WHERE n <= 20;
