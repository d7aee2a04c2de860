CREATE TABLE party (abbr TEXT PRIMARY KEY, official_name TEXT, colour_hex TEXT, founded INTEGER, logo BLOB);
CREATE TABLE constituency (const_no INTEGER PRIMARY KEY, description TEXT, registered_voters INTEGER, centroid_lat REAL, centroid_lon REAL);
CREATE TABLE election (election_date DATETIME PRIMARY KEY, election_title TEXT, legal_basis_url TEXT);
CREATE TABLE candidate (cand_id INTEGER PRIMARY KEY, profession TEXT, name_first TEXT, name_last TEXT, abbr TEXT REFERENCES party(abbr), year_of_birth INTEGER, incumbent TEXT, statement TEXT);
CREATE TABLE result (election_date DATETIME REFERENCES election(election_date), const_no INTEGER REFERENCES constituency(const_no), cand_id INTEGER REFERENCES candidate(cand_id), votes INTEGER, vote_share REAL, elected INTEGER,
  PRIMARY KEY (election_date, const_no, cand_id));
CREATE TABLE complaint (complaint_no INTEGER PRIMARY KEY, const_no INTEGER REFERENCES constituency(const_no), lodged DATE, grounds TEXT);
CREATE VIEW party_totals AS SELECT abbr, SUM(votes) AS votes FROM result JOIN candidate USING (cand_id) GROUP BY abbr;
INSERT INTO party SELECT turn(n, 'GRN|LAB|LIB|CON|IND'), turn(n, 'Green Alliance|Labour Union|Liberal League|Conservative Bloc|Independents'), color(n), whole(n, 1880, 2010), png(n) FROM numbers WHERE n <= 5;
INSERT INTO constituency SELECT n, words(n), whole(n, 20000, 90000), fraction(n, 51, 55, 5), fraction(n, -4, 1, 5) FROM numbers WHERE n <= 40;
INSERT INTO election SELECT turn(n, '2016-05-05|2020-05-07|2024-05-02') || ' 00:00:00', 'General election ' || turn(n, '2016|2020|2024'), 'https://law.example.gov/' || n FROM numbers WHERE n <= 3;
INSERT INTO candidate SELECT n, pick(n, 'Lawyer|Teacher|Farmer|Engineer'), first_name(n), last_name(n), pick(n, 'GRN|LAB|LIB|CON|IND'), whole(n, 1945, 2000), pick(n, 'N|N|N|Y'), prose(n, 4) FROM numbers WHERE n <= 130;
INSERT OR IGNORE INTO result SELECT turn(n, '2016-05-05|2020-05-07|2024-05-02') || ' 00:00:00', whole(n, 1, 40), whole(n, 1, 130), whole(n, 300, 30000), fraction(n, 0.01, 0.7, 4), pick(n, '0|0|0|1') FROM numbers;
