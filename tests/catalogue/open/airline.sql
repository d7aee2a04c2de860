CREATE TABLE airports (iata_code TEXT PRIMARY KEY, airport_name TEXT, city TEXT, latitude REAL, longitude REAL, elevation_ft INTEGER, tz TEXT);
CREATE TABLE aircraft (tail_number TEXT PRIMARY KEY, model TEXT, seats INTEGER, built_year INTEGER);
CREATE TABLE flights (flight_id INTEGER PRIMARY KEY, flight_no TEXT, origin TEXT REFERENCES airports(iata_code), destination TEXT REFERENCES airports(iata_code),
  tail_number TEXT REFERENCES aircraft(tail_number), scheduled_departure DATETIME, dep_delay_min INTEGER, load_factor_rate REAL, cancelled INTEGER);
CREATE TABLE passengers (id TEXT PRIMARY KEY, given_name TEXT, surname TEXT, email TEXT, frequent_flyer TEXT);
CREATE TABLE bookings (booking_ref TEXT PRIMARY KEY, passenger_id TEXT REFERENCES passengers(id), flight_id INTEGER REFERENCES flights(flight_id),
  booked_at DATETIME, fare NUMERIC(9, 2), cabin TEXT);
CREATE VIEW v_route_revenue AS SELECT origin, destination, SUM(fare) AS revenue FROM flights JOIN bookings USING (flight_id) GROUP BY origin, destination;
CREATE VIEW v_delays AS SELECT flight_no, AVG(dep_delay_min) AS avg_delay FROM flights GROUP BY flight_no;
INSERT INTO airports SELECT turn(n, 'AAH|BER|CDZ|DOV|EVO|FER|GNK|HAL|IMO|JEN'), turn(n, 'Aachen|Berlin|Cadiz|Dover|Evora|Ferrara|Genk|Halle|Imola|Jena') || ' Airport',
  turn(n, 'Aachen|Berlin|Cadiz|Dover|Evora|Ferrara|Genk|Halle|Imola|Jena'), fraction(n, 36, 55, 4), fraction(n, -8, 15, 4), whole(n, 0, 2000), pick(n, 'Europe/Berlin|Europe/Madrid')
  FROM numbers WHERE n <= 10;
INSERT INTO aircraft SELECT 'D-A' || turn(n, 'B|C|D|E|F') || printf('%02d', n), pick(n, 'A320|B737|E190'), whole(n, 90, 220), whole(n, 1999, 2022) FROM numbers WHERE n <= 25;
INSERT INTO flights SELECT n, 'PX' || whole(n, 100, 140), pick(n, 'AAH|BER|CDZ|DOV|EVO'), pick(n, 'FER|GNK|HAL|IMO|JEN'),
  (SELECT tail_number FROM aircraft WHERE rowid = whole(n, 1, 25)), moment(n, '2024-01-01', '2024-12-31'), whole(n, -10, 120), fraction(n, 0.3, 1, 2), pick(n, '0|0|0|0|1') FROM numbers;
INSERT INTO passengers SELECT unique_id(n), first_name(n), last_name(n), email(n), pick(n, 'Y|N') FROM numbers WHERE n <= 150;
INSERT INTO bookings SELECT printf('%c%c%04d', 65 + n % 26, 65 + n % 23, n), unique_id(whole(n, 1, 150)), whole(n, 1, 300), moment(n, '2023-11-01', '2024-12-01'),
  fraction(n, 39, 900, 2), pick(n, 'Economy|Economy|Business') FROM numbers;
