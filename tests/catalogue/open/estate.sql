CREATE TABLE agent (agent_id INTEGER PRIMARY KEY, mobile TEXT, first TEXT, last TEXT, rating REAL, headshot BLOB);
CREATE TABLE neighbourhood (id INTEGER PRIMARY KEY, name TEXT, map_color TEXT);
CREATE TABLE listing (listing_ref TEXT PRIMARY KEY, street_address TEXT, postcode TEXT, neighbourhood_id INTEGER REFERENCES neighbourhood(id), agent_id INTEGER REFERENCES agent(agent_id), kind TEXT,
  asking_price INTEGER, area_m2 REAL, bedrooms INTEGER, built INTEGER, listed_on DATETIME, garden INTEGER, lat REAL, lng REAL, tour_url TEXT, description TEXT);
CREATE TABLE viewing (id INTEGER PRIMARY KEY, listing_ref TEXT REFERENCES listing(listing_ref), visitor_email TEXT, at DATETIME, offer DECIMAL(12, 2));
CREATE TABLE valuation (id INTEGER PRIMARY KEY, listing_ref TEXT REFERENCES listing(listing_ref), valued_on DATE, amount DECIMAL(12, 2));
INSERT INTO agent SELECT n, phone(n), first_name(n), last_name(n), fraction(n, 1, 5, 1), jpeg(n) FROM numbers WHERE n <= 22;
INSERT INTO neighbourhood SELECT n, turn(n, 'Old Town|Riverside|Hill Park|Docklands|Garden City'), color(n) FROM numbers WHERE n <= 5;
INSERT INTO listing SELECT printf('L%04d', n * 3), street(n), postcode(n), whole(n, 1, 5), whole(n, 1, 22), pick(n, 'house|flat|flat|plot'), whole(n, 80, 1200) * 1000, fraction(n, 30, 320, 1), whole(n, 1, 6), whole(n, 1880, 2023),
  day(n, '2023-01-01', '2024-12-31') || ' 00:00:00', pick(n, '0|1'), fraction(n, 52.3, 52.7, 6), fraction(n, 13.1, 13.7, 6), 'https://tours.example.com/' || n, prose(n, 5) FROM numbers WHERE n <= 150;
INSERT INTO viewing SELECT n, printf('L%04d', whole(n, 1, 150) * 3), email(n), moment(n, '2023-02-01', '2024-12-31'), CASE WHEN n % 4 = 0 THEN whole(n, 80, 1100) * 1000 END FROM numbers WHERE n <= 240;
